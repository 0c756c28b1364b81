#pragma once

#include <cstddef>
#include <span>

#include "core/two_samples.h"

namespace ndbench {

/// Up to so many ways to split the values are all tried; of more, kSplitsDrawn are drawn.
inline constexpr std::size_t kMostSplits = 200'000;
inline constexpr std::size_t kSplitsDrawn = 99'999;

/// Whether the means of two samples differ: permutation test of Welch's |t|, two-sided.
///
/// p is the share of all ways to split the values into n and m that have the same |t| or a larger
/// one: exact whatever the distribution, where nothing differs. Because t is studentized, the test
/// holds for many values also where the samples spread differently (Janssen 1997). Drawn splits
/// come from a fixed seed and count with the observed one added: (1 + larger) / (1 + drawn). NaN
/// for fewer than two values of either, or one that is not finite.
[[nodiscard]] TestResult permutation_test(std::span<const double> a, std::span<const double> b);

/// The least p that samples of these sizes can have; 1 for fewer than two of either.
[[nodiscard]] double least_permutation_p(std::size_t n, std::size_t m);

/// The fewest values of each sample with which p can be as small as `p`; 0 if none can.
[[nodiscard]] std::size_t values_for_permutation_p(double p);

}  // namespace ndbench
