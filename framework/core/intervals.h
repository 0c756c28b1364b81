#pragma once

#include <cstddef>
#include <span>

namespace ndbench {

/// All intervals are two-sided, at 95 %, NaN where there are too few values for one.
struct Interval {
  double low;
  double high;
};

/// Fewest values for which the range of a sample covers the median with 95 %: 1 − 2 / 2^6.
inline constexpr std::size_t kFewestForMedian = 6;

/// The order statistics around the 95 % interval of a median, by sign test. The interval from the
/// value of `rank` (from 1) to that of the same rank from above holds the median with probability
/// `outer_level` >= 0.95, whatever the continuous distribution; with the next rank it is
/// `inner_level` < 0.95. {0, NaN, NaN} for fewer than kFewestForMedian.
struct MedianRanks {
  std::size_t rank;
  double outer_level;
  double inner_level;
};
[[nodiscard]] MedianRanks median_ranks(std::size_t n);

/// Of the median, whatever the distribution: order statistics, interpolated between the two
/// neighbouring levels (Hettmansperger and Sheather 1986). Covers 94.5 … 95.3 % of symmetric and
/// 94.2 … 95.0 % of skewed (lognormal) samples, from 6 values on (tests/coverage_test.cpp); without
/// interpolation it would be at least 95 %, and at 8 values 99 %. NaN for fewer than
/// kFewestForMedian, or any NaN.
[[nodiscard]] Interval median_interval(std::span<const double> values);

/// Of the mean of normal values, by Student's t. NaN for fewer than two or equal values, which do
/// not tell how far others would stray, and where a value is not finite.
[[nodiscard]] Interval mean_interval(std::span<const double> values);

/// Of the standard deviation of normal values, from chi-square. Exactly [0, 0] for equal values;
/// NaN for fewer than two, or where a value is not finite.
[[nodiscard]] Interval normal_deviation_interval(std::span<const double> values);

/// The Anderson–Darling statistic A² of a sample against the normal distribution with the sample's
/// mean and deviation. NaN for fewer than two values or equal ones.
[[nodiscard]] double anderson_darling(std::span<const double> values);

/// Whether normality is rejected at 5 % (Stephens 1986: A² (1 + 0.75 / n + 2.25 / n²) > 0.752).
/// False for fewer than 8 values: the test needs those.
[[nodiscard]] bool is_not_normal(std::span<const double> values);

/// A spread and how well it is known.
struct Deviation {
  double value;       ///< sample standard deviation
  Interval interval;  ///< chi-square where normality is not rejected, else BCa
  bool is_bootstrap;
  double coverage;  ///< of the interval, for normal values: 0.95, or what the bootstrap reaches
  std::size_t n;
};

[[nodiscard]] Deviation deviation(std::span<const double> values);

/// With 95 % confidence, the largest share of replicas that can differ when n were all equal:
/// 1 − 0.05^(1/n). 1 for none.
[[nodiscard]] double differing_share_bound(std::size_t n);

}  // namespace ndbench
