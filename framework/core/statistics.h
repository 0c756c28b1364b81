#pragma once

#include <cstddef>
#include <span>

namespace ndbench {

/// Arithmetic mean; NaN for no values. Exactly the common value if all are equal.
[[nodiscard]] double mean(std::span<const double> values);

/// Middle value, or the mean of the two middle ones; NaN for no values or any NaN.
[[nodiscard]] double median(std::span<const double> values);

/// Sample standard deviation, denominator n − 1, by Welford's recurrence: exactly 0 for equal
/// values; NaN for fewer than two.
[[nodiscard]] double sample_standard_deviation(std::span<const double> values);

struct Interval {
  double low;
  double high;
};

/// t_fixed / t_noisy as one number, from n independent pairs.
struct Ratio {
  double ratio;       ///< exp(mean log-ratio)
  Interval interval;  ///< 95 % by Student's t on the log-ratios; NaN for fewer than two pairs
  /// Relative change found with power 80 % by a two-sided test at level 5 %:
  /// exp((t.975 + t.80) s / sqrt(n)) - 1, s the deviation of the log-ratios, t with n - 1 degrees
  /// of freedom. NaN for fewer than two pairs.
  double minimum_detectable_effect;
  std::size_t pairs;
};

/// The paired ratio of positive times: `numerator[i]` and `denominator[i]` were measured together.
/// @throws ndbench::Error if the lengths differ or a time is not positive and finite.
[[nodiscard]] Ratio paired_ratio(std::span<const double> numerator,
                                 std::span<const double> denominator);

}  // namespace ndbench
