#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace ndbench {

/// One value of each example from each replica. NaN comes out for fewer than two replicas or no
/// examples. All of these throw ndbench::Error if replicas have not as many values as each other,
/// or not as many as the targets need.
///
/// All together take under 0.2 s for 100 replicas of 10,000 examples and 10 classes
/// (ci/measure_metrics.sh).
template <typename Value>
using OfReplicas = std::vector<std::span<const Value>>;

/// Mean over pairs of replicas of the share of decisions on which they disagree. Counted per
/// example, in O(replicas × examples); exactly 0 where all agree. Any integers are decisions.
[[nodiscard]] double churn(const OfReplicas<std::int32_t>& predictions);

/// Mean over pairs of replicas of Pearson's correlation of their logits, flattened. In
/// O(replicas × logits), from the sum of the standardized vectors. A replica whose logits are all
/// equal, or not all finite, has correlation NaN with any other.
[[nodiscard]] double logit_correlation(const OfReplicas<float>& logits);

/// The same of ranks: Spearman's, over all logits of a replica, ties ranked by their mean. NaN if a
/// replica's logits are all equal or one is NaN; infinities have a rank.
[[nodiscard]] double logit_rank_correlation(const OfReplicas<float>& logits);

/// What averaging two replicas' logits gains in accuracy over one of them: mean over the pairs
/// (0, 1), (1, 2), …, (R − 1, 0), so that each replica is in two, of the accuracy of the pair minus
/// the mean of its two. The first of the largest logits decides; an example with a NaN is wrong.
/// @param classes  logits of each example, one after the other.
/// @throws ndbench::Error also if a target is not in 0 … classes − 1.
[[nodiscard]] double ensemble_gain(const OfReplicas<float>& logits,
                                   std::span<const std::int32_t> targets, std::size_t classes);

/// How much of the variance of accuracy would be there on an infinite test set (Jordan 2023), if
/// errors on different examples were independent.
struct VarianceSplit {
  double observed;  ///< sample variance of accuracy over replicas
  double test_set;  ///< Σ p (1 − p) / N², p the share of replicas wrong on an example, unbiased
  double distribution;  ///< observed − test_set; negative where chance made it so
};
[[nodiscard]] VarianceSplit split_variance(const OfReplicas<std::int32_t>& predictions,
                                           std::span<const std::int32_t> targets);

/// The first epoch, counted from 1, that is at `target` or better; interpolated linearly from the
/// epoch before where that is a finite quality. NaN if none is.
[[nodiscard]] double epochs_to_target(std::span<const double> qualities, double target,
                                      bool higher_is_better);

}  // namespace ndbench
