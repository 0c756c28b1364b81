#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "core/intervals.h"
#include "core/mode_comparison.h"

namespace ndbench {

/// (var(noisy) − var(algo) − var(impl)) / var(noisy) of the same replicas of each: 0 if the two
/// kinds of noise add up. NaN for fewer than two replicas, or where noisy's do not scatter.
[[nodiscard]] double noise_interaction(std::span<const double> noisy, std::span<const double> algo,
                                       std::span<const double> impl);

/// BCa interval of noise_interaction() from 2000 resamples drawn from a fixed seed, replicas of one
/// number together. NaN for fewer than three replicas, or where it has none.
[[nodiscard]] Interval noise_interaction_interval(std::span<const double> noisy,
                                                  std::span<const double> algo,
                                                  std::span<const double> impl);

/// How often noise_interaction_interval() covers the interaction of n normal replicas, as measured
/// (tests/coverage_test.cpp), and between those n linear in 1/n. NaN for n < 3.
[[nodiscard]] double noise_interaction_coverage(std::size_t n);

/// How the noise of the tooling and that of the seeds make up the whole.
struct NoiseShares {
  double impl_over_all = 0.0;  ///< std(impl) / std(noisy), "IMPL/ALL" (Morin and Willetts 2020)
  double algo_over_all = 0.0;  ///< std(algo) / std(noisy)
  double interaction = 0.0;    ///< noise_interaction()
  Interval interval{};         ///< noise_interaction_interval()
  double coverage = 0.0;       ///< noise_interaction_coverage()
  std::size_t replicas = 0;    ///< that all three modes have
};

/// Nothing where the three have fewer than two replicas in common or noisy's do not scatter.
[[nodiscard]] std::optional<NoiseShares> noise_shares(const Results& noisy, const Results& algo,
                                                      const Results& impl);

}  // namespace ndbench
