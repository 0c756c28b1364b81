// What the intervals and tests promise, held against simulations with fixed seeds. The tables of
// framework/docs/statistics.md are what this program prints.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "core/bootstrap.h"
#include "core/noise_shares.h"
#include "core/paired_ratio.h"
#include "core/statistics.h"
#include "core/two_samples.h"

namespace ndbench {
namespace {

constexpr int kSamples = 20000;

/// Draws that are a function of the seed.
class Draws {
 public:
  explicit Draws(std::uint64_t seed) : generator_(seed) {}

  double normal() { return normal_(generator_); }

  std::vector<double> normal(std::size_t n) {
    std::vector<double> values(n);
    for (double& value : values) value = normal();
    return values;
  }

  /// Normal, and one of 20 ten times as far out.
  double disturbed() { return normal() * (generator_() % 20 == 0 ? 10.0 : 1.0); }

 private:
  std::mt19937_64 generator_;
  std::normal_distribution<double> normal_;
};

bool holds(const Interval& interval, double value) {
  return interval.low <= value && value <= interval.high;
}

/// Share of `samples` draws of which `is_so` is true.
template <typename Predicate>
double share(int samples, const Predicate& is_so) {
  int count = 0;
  for (int i = 0; i < samples; ++i) count += is_so();
  return static_cast<double>(count) / samples;
}

TEST(Coverage, OfTheNormalDeviationIntervalIsNominal) {
  Draws draws(1);
  fmt::print("| n | chi-square |\n");
  for (const std::size_t n : {2U, 3U, 5U, 10U, 30U}) {
    const double coverage =
        share(kSamples, [&] { return holds(normal_deviation_interval(draws.normal(n)), 1.0); });
    fmt::print("| {} | {:.4f} |\n", n, coverage);
    EXPECT_NEAR(coverage, 0.95, 0.007) << n;
  }
}

TEST(Coverage, OfTheMeanIntervalIsNominal) {
  Draws draws(8);
  fmt::print("| n | Student's t |\n");
  for (const std::size_t n : {2U, 3U, 5U, 10U, 30U}) {
    const double coverage =
        share(kSamples, [&] { return holds(mean_interval(draws.normal(n)), 0.0); });
    fmt::print("| {} | {:.4f} |\n", n, coverage);
    EXPECT_NEAR(coverage, 0.95, 0.007) << n;
  }
}

TEST(Coverage, OfTheMedianIntervalIsNearlyNominalWhateverTheDistribution) {
  Draws draws(2);
  fmt::print("| n | normal | lognormal | disturbed | order statistics | their level |\n");
  for (const std::size_t n : {6U, 7U, 8U, 10U, 20U, 50U}) {
    const double normal =
        share(kSamples, [&] { return holds(median_interval(draws.normal(n)), 0.0); });
    const double lognormal = share(kSamples, [&] {
      std::vector<double> values = draws.normal(n);
      for (double& value : values) value = std::exp(value);
      return holds(median_interval(values), 1.0);
    });
    const double disturbed = share(kSamples, [&] {
      std::vector<double> values(n);
      for (double& value : values) value = draws.disturbed();
      return holds(median_interval(values), 0.0);
    });
    const MedianRanks ranks = median_ranks(n);
    const double exact = share(kSamples, [&] {
      std::vector<double> values = draws.normal(n);
      std::sort(values.begin(), values.end());
      return holds({values[ranks.rank - 1], values[n - ranks.rank]}, 0.0);
    });
    fmt::print("| {} | {:.4f} | {:.4f} | {:.4f} | {:.4f} | {:.4f} |\n", n, normal, lognormal,
               disturbed, exact, ranks.outer_level);
    EXPECT_NEAR(normal, 0.95, 0.007) << n;
    EXPECT_NEAR(disturbed, 0.95, 0.007) << n;
    // The interpolation is for symmetric distributions: skew costs it up to 0.006.
    EXPECT_NEAR(lognormal, 0.95, 0.010) << n;
    EXPECT_NEAR(exact, ranks.outer_level, 0.006) << n;
  }
}

TEST(Coverage, OfTheBootstrapIsWhatUsersAreTold) {
  Draws draws(3);
  fmt::print("| n | bootstrap | told |\n");
  for (const std::size_t n : {5U, 10U, 20U, 50U}) {
    const double coverage =
        share(kSamples, [&] { return holds(bootstrap_deviation_interval(draws.normal(n)), 1.0); });
    fmt::print("| {} | {:.4f} | {:.4f} |\n", n, coverage, bootstrap_deviation_coverage(n));
    EXPECT_NEAR(coverage, bootstrap_deviation_coverage(n), 0.007) << n;
  }
}

TEST(Coverage, OfTheInteractionIsWhatUsersAreTold) {
  Draws draws(9);
  fmt::print("| n | noisy apart | noisy the sum | told |\n");
  for (const std::size_t n : {5U, 10U, 20U, 50U}) {
    // Two kinds of noise that add up: as other draws, or replica by replica.
    const auto coverage = [&](bool is_sum) {
      return share(kSamples / 4, [&] {
        const std::vector<double> algo = draws.normal(n);
        const std::vector<double> impl = draws.normal(n);
        std::vector<double> noisy = draws.normal(n);
        for (std::size_t i = 0; i < n; ++i) {
          noisy[i] = is_sum ? algo[i] + impl[i] : std::sqrt(2.0) * noisy[i];
        }
        return holds(noise_interaction_interval(noisy, algo, impl), 0.0);
      });
    };
    const double apart = coverage(false);
    const double sum = coverage(true);
    fmt::print("| {} | {:.4f} | {:.4f} | {:.4f} |\n", n, apart, sum, noise_interaction_coverage(n));
    EXPECT_NEAR(std::min(apart, sum), noise_interaction_coverage(n), 0.012) << n;
  }
}

TEST(Coverage, OfTheSuperiorityIntervalIsNearNominalFromTenOn) {
  Draws draws(4);
  fmt::print("| n | superiority | p < 0.05 |\n");
  for (const std::size_t n : {5U, 10U, 20U}) {
    int rejected = 0;
    const double coverage = share(kSamples, [&] {
      const Superiority result = superiority(draws.normal(n), draws.normal(n));
      rejected += result.p < 0.05;
      return holds(result.interval, 0.5);
    });
    fmt::print("| {} | {:.4f} | {:.4f} |\n", n, coverage, static_cast<double>(rejected) / kSamples);
    EXPECT_NEAR(coverage, 0.95, n < 10 ? 0.03 : 0.007) << n;
  }
}

TEST(Rejections, OfEqualSamplesAreAtMostNominal) {
  Draws draws(5);
  fmt::print("| n | Brown–Forsythe | Welch, two-sided | Welch, one-sided |\n");
  for (const std::size_t n : {3U, 5U, 10U, 20U}) {
    double brown = 0.0;
    double two_sided = 0.0;
    double one_sided = 0.0;
    for (int i = 0; i < kSamples; ++i) {
      const std::vector<double> a = draws.normal(n);
      const std::vector<double> b = draws.normal(n);
      brown += brown_forsythe(a, b).p < 0.05;
      two_sided += welch_two_sided(a, b).p < 0.05;
      one_sided += welch_less(a, b).p < 0.05;
    }
    fmt::print("| {} | {:.4f} | {:.4f} | {:.4f} |\n", n, brown / kSamples, two_sided / kSamples,
               one_sided / kSamples);
    for (const double rejected : {brown, two_sided, one_sided}) {
      EXPECT_LE(rejected / kSamples, 0.057) << n;
    }
    // Both are timid where samples are small.
    EXPECT_GE(brown / kSamples, n < 10 ? 0.0 : 0.03) << n;
    EXPECT_GE(two_sided / kSamples, n < 10 ? 0.03 : 0.043) << n;
    EXPECT_GE(one_sided / kSamples, n < 5 ? 0.03 : 0.043) << n;
  }
}

bool is_called(CostVerdict verdict) {
  return verdict == CostVerdict::kCosts || verdict == CostVerdict::kSaves;
}

TEST(MinimumDetectableEffect, IsFoundFourTimesInFive) {
  Draws draws(6);
  fmt::print(
      "| n | effect | interval leaves 1 out | called | 1.35 times: called | none: called |\n");
  for (const std::size_t n : {6U, 10U, 20U}) {
    const auto log_ratios = [&](double effect) {
      std::vector<double> values = draws.normal(n);
      for (double& value : values) value = 0.01 * value + effect;
      return values;
    };
    std::vector<double> effects;
    const double false_calls = share(kSamples, [&] {
      const Ratio ratio = ratio_of(log_ratios(0.0));
      effects.push_back(std::log1p(ratio.minimum_detectable_effect));
      return is_called(verdict_of(ratio));
    });
    const double effect = mean(effects);
    double found = 0.0;
    const double called = share(kSamples, [&] {
      const CostVerdict verdict = verdict_of(ratio_of(log_ratios(effect)));
      found += verdict != CostVerdict::kNone;
      return is_called(verdict);
    });
    const double more =
        share(kSamples, [&] { return is_called(verdict_of(ratio_of(log_ratios(1.35 * effect)))); });
    fmt::print("| {} | {:.2f} σ | {:.4f} | {:.4f} | {:.4f} | {:.4f} |\n", n, effect / 0.01,
               found / kSamples, called, more, false_calls);
    EXPECT_NEAR(found / kSamples, 0.80, 0.03) << n;
    EXPECT_GE(more, 0.78) << n;
    EXPECT_LT(false_calls, 0.025) << n;
  }
}

/// Pairs are added until the half-width is at most `precision`, from 6 on and up to 200.
template <typename Draw>
Ratio measured_until(double precision, const Draw& draw) {
  std::vector<double> log_ratios;
  for (;;) {
    log_ratios.push_back(draw());
    if (log_ratios.size() < kFewestForMedian) continue;
    const Ratio ratio = ratio_of(log_ratios);
    if (ratio.half_width() <= precision || ratio.pairs == 200) return ratio;
  }
}

TEST(SequentialStopping, KeepsErrorsOfBothKindsUnderFivePercent) {
  constexpr int kRuns = 2000;
  constexpr double kPrecision = 0.02;
  const double unit = std::log1p(kPrecision);
  Draws draws(7);
  fmt::print("| pairs | σ / precision | none: called | three precisions: called | mean n |\n");
  for (const bool is_disturbed : {false, true}) {
    for (const double sigma : {0.5, 1.0, 2.0, 4.0}) {
      double pairs = 0.0;
      const auto verdict = [&](double effect) {
        const Ratio ratio = measured_until(kPrecision, [&] {
          const double noise = is_disturbed ? draws.disturbed() : draws.normal();
          return unit * (effect + sigma * noise);
        });
        pairs += static_cast<double>(ratio.pairs);
        return verdict_of(ratio);
      };
      const double false_calls = share(kRuns, [&] { return is_called(verdict(0.0)); });
      const double found = share(kRuns, [&] { return verdict(3.0) == CostVerdict::kCosts; });
      fmt::print("| {} | {} | {:.4f} | {:.4f} | {:.1f} |\n", is_disturbed ? "disturbed" : "normal",
                 sigma, false_calls, found, pairs / (2 * kRuns));
      EXPECT_LE(false_calls, 0.05) << sigma;
      EXPECT_GE(found, 0.95) << sigma;
    }
  }
}

}  // namespace
}  // namespace ndbench
