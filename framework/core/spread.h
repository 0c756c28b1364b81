#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/intervals.h"
#include "core/record.h"
#include "core/replica_metrics.h"

namespace ndbench {

/// One number of each replica, and how they scatter.
struct Sample {
  std::vector<double> values{};  ///< in the order of the replicas
  double mean = 0.0;
  Interval mean_interval{};  ///< by Student's t; NaN for fewer than two, or where `deviation` is 0
  double range = 0.0;        ///< largest minus smallest
  /// Its interval is NaN where it is 0: replicas that agree do not tell how far others would stray.
  Deviation deviation{};
};

[[nodiscard]] Sample sample_of(std::vector<double> values);

/// The result on one part of the test set, over replicas.
struct SliceSpread {
  std::string name;  ///< "class/Dress", "attribute/Bald", "group/Female"
  std::int64_t decisions = 0;
  Sample accuracy{};
  double relative = 0.0;  ///< its deviation over the overall one; NaN where that is 0
  /// sqrt(all decisions / its own): `relative` if decisions went wrong independently of each other.
  /// NaN where it is not known how many there are in all.
  double relative_by_size = 0.0;
  Sample false_positive_rate{};  ///< FP / (FP + TN)
  Sample false_negative_rate{};  ///< FN / (FN + TP)
};

/// How soon replicas reached the quality that the suite wants.
struct Convergence {
  double target = 0.0;
  std::vector<double>
      epochs;  ///< of each replica, interpolated; NaN for one that did not get there
  std::size_t reached = 0;
  double mean = 0.0;  ///< over those that got there
};

/// What the last evaluations of the replicas of one epoch cell say together. A metric is absent
/// where the task does not give what it is computed from, or where there are fewer than two
/// replicas.
struct Spread {
  std::string metric;
  bool higher_is_better = true;
  Sample quality{};
  std::vector<SliceSpread> slices{};
  std::optional<double> churn{};
  std::optional<double> logit_correlation{};
  std::optional<double> logit_rank_correlation{};
  std::optional<double> ensemble_gain{};  ///< only of one class out of several
  std::optional<VarianceSplit> split{};   ///< likewise: attributes of one example err together
  std::optional<Convergence> convergence{};

  /// The slice whose accuracy scatters most; nullptr if there is none that scatters.
  [[nodiscard]] const SliceSpread* worst_slice() const;
};

/// @param replicas  of one cell, each with an evaluation; at least one.
/// @param target    quality to reach, if the suite has one.
[[nodiscard]] Spread spread_of(std::span<const Record* const> replicas,
                               std::optional<double> target);

}  // namespace ndbench
