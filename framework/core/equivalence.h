#pragma once

#include <span>

namespace ndbench {

// Whether two samples are shown to be alike, by two one-sided tests (Schuirmann 1987): p is the
// larger of the two, and NaN where the samples are too small or a value is not finite.

/// Whether the means are less than `margin` apart: Welch's t-test, one-sided, at both ends. For two
/// values or more of each.
[[nodiscard]] double equivalent_means_p(std::span<const double> a, std::span<const double> b,
                                        double margin);

/// Whether the standard deviations of normal values are less than a factor of `factor` > 1 apart:
/// the F-test of their squares at both ends. 0 where neither sample spreads, 1 where one alone
/// does.
[[nodiscard]] double equivalent_deviations_p(std::span<const double> a, std::span<const double> b,
                                             double factor);

}  // namespace ndbench
