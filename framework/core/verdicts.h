#pragma once

#include <string>
#include <vector>

#include "core/summary.h"

// What is concluded from numbers, in words.
namespace ndbench {

/// What is said of one mode, in the order to read it: each a part of one sentence.
[[nodiscard]] std::vector<std::string> verdicts_of_mode(const ModeSummary& mode,
                                                        const std::string& reference);

/// "bit-identical over 10 replicas (at most 26 % can differ)".
[[nodiscard]] std::string state_words(const ModeSummary& mode);

/// "costs 5.1 % of noisy's time (detectable from +2.0 %)".
[[nodiscard]] std::string cost_words(const Ratio& cost, const std::string& reference);

/// "std 0.0041 [0.0028, 0.0075]"; "" where there is none to speak of.
[[nodiscard]] std::string spread_words(const ModeSummary& mode);

/// "chi-square", or "bootstrap, covers 87 %": how the interval was had.
[[nodiscard]] std::string method_words(const Deviation& deviation);

/// How one mode's results compare with the reference's.
[[nodiscard]] std::string comparison_words(const Comparison& comparison);

/// How two backends' results compare: "within noise", "differs beyond noise", or why neither.
[[nodiscard]] std::string backend_words(const BackendComparison& backends);

/// How much of the spread is the tooling's.
[[nodiscard]] std::string shares_words(const NoiseShares& shares);

/// How many verdicts there are and how many may err by chance; "" for none.
[[nodiscard]] std::string multiplicity_words(const Summary& summary);

}  // namespace ndbench
