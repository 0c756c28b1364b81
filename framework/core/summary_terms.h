#pragma once

#include <array>
#include <string_view>

namespace ndbench {

/// What the words and columns of a summary mean, a sentence or more each.
inline constexpr std::array<std::string_view, 8> kTerms{
    "n: fresh processes (replicas). samples/s: median over replicas. distinct hashes: different "
    "final training states, XXH3-128.",
    "ratio: time of the mode / time of the reference mode (listed first), median over replicas "
    "that were measured together; overhead = ratio − 1, its 95 % interval by order statistics.",
    "std: sample standard deviation over replicas. Its interval is chi-square's, or, where the "
    "values are not normal, a BCa bootstrap's, which covers less than 95 % at few replicas: how "
    "much is said beside it.",
    "std beyond test set: of the variance that is left when Σ p (1 − p) / N² is taken off, p "
    "being the share of replicas wrong on an example: what would be seen on an endless test set.",
    "churn: share of test examples that two replicas decide differently. ensemble gain: accuracy "
    "of two replicas' mean logits less that of one. Correlations: mean over pairs of replicas.",
    "× overall: std of this part of the test set over that of all of it; × by size alone: what "
    "this would be if decisions went wrong independently of each other. FPR: FP / (FP + TN), "
    "FNR: FN / (FN + TP).",
    "found from: the difference of means that so many replicas find in four of five runs.",
    "Seeds, raw samples and provenance of each replica: journal.jsonl in this folder; all of "
    "these numbers for scripts: summary.json.",
};

}  // namespace ndbench
