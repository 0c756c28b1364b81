#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/intervals.h"

namespace ndbench {

/// The bias-corrected and accelerated bootstrap interval (Efron 1987). Of no width where all
/// resampled estimates are equal; NaN where one is NaN, there is none, or `estimate` is outside
/// them all.
/// @param estimate    of the sample.
/// @param resampled   estimates of bootstrap samples; taken by value, reordered here.
/// @param jackknifed  estimates with each value left out in turn.
[[nodiscard]] Interval bca_interval(double estimate, std::vector<double> resampled,
                                    std::span<const double> jackknifed);

/// BCa interval of the standard deviation, from `resamples` resamples drawn from a fixed seed: the
/// same values in the same order give the same interval. [0, 0] for equal values; NaN for fewer
/// than three, or where a value is not finite.
[[nodiscard]] Interval bootstrap_deviation_interval(std::span<const double> values,
                                                    std::size_t resamples = 2000);

/// How often bootstrap_deviation_interval() covers the deviation of n normal values, as measured
/// over 20,000 samples or more (tests/coverage_test.cpp), and between those n linear in 1/n: under
/// 0.95, by much where n is small. NaN for n < 3.
[[nodiscard]] double bootstrap_deviation_coverage(std::size_t n);

/// A coverage that was measured for samples of n.
struct MeasuredCoverage {
  double n;
  double coverage;
};

/// Between those measured, which are in order of n, linear in 1/n, to which the error of the level
/// is about proportional; nominal (0.95) at infinity. NaN for fewer than the first.
[[nodiscard]] double coverage_at(std::size_t n, std::span<const MeasuredCoverage> measured);

}  // namespace ndbench
