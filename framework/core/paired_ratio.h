#pragma once

#include <span>

#include "core/intervals.h"

namespace ndbench {

/// t_mode / t_reference as one number, from n independent pairs.
struct Ratio {
  double ratio;       ///< exp(median log-ratio)
  Interval interval;  ///< median_interval() of the log-ratios, exponentiated
  /// Relative change of which the interval leaves 1 out in four runs of five:
  /// exp(h (z.975 + z.80) / z.975) − 1, h the half-width of the interval of the log-ratios.
  /// Measured for normal log-ratios and n = 6 … 20: 79 … 80 % (tests/coverage_test.cpp).
  double minimum_detectable_effect;
  std::size_t pairs;

  [[nodiscard]] double overhead() const { return ratio - 1.0; }

  /// Half the width of the interval of the log-ratios, as a share: exp(h) − 1.
  [[nodiscard]] double half_width() const;
};

/// What may be said of a cost.
enum class CostVerdict {
  kRefused,       ///< too few pairs for an interval
  kNone,          ///< the interval holds 1
  kInconclusive,  ///< the interval does not hold 1, but the change is below what is detectable
  kCosts,
  kSaves,
};

/// A change is called real if the interval leaves 1 out and it is at least the minimum detectable
/// effect, compared as logarithms. Equal modes are so called different in at most 1.5 % of runs, in
/// 3 % if pairs are added until the interval is narrow enough; a change of just the minimum
/// detectable effect is called in half of the runs, of 1.35 times that in 78 %.
[[nodiscard]] CostVerdict verdict_of(const Ratio& ratio);

/// From the logarithms of the ratios of pairs that were measured together. NaN for none or any NaN.
[[nodiscard]] Ratio ratio_of(std::span<const double> log_ratios);

/// About how many pairs make the half-width at most `precision` (0.02: 2 %), by 1/sqrt(n) from the
/// pairs there are; at least kFewestForMedian. 0 if there are too few to tell.
/// @throws ndbench::Error if `precision` is not positive and finite.
[[nodiscard]] std::size_t pairs_needed(const Ratio& ratio, double precision);

}  // namespace ndbench
