#include "core/replica_metrics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "ndbench/error.h"
#include "statistics_vectors.h"

namespace ndbench {
namespace {

using Decisions = std::vector<std::vector<std::int32_t>>;
using Logits = std::vector<std::vector<float>>;

constexpr float kFloatNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kFloatInfinity = std::numeric_limits<float>::infinity();

double churn_of(const Decisions& decisions) { return churn({decisions.begin(), decisions.end()}); }

double correlation_of(const Logits& logits) {
  return logit_correlation({logits.begin(), logits.end()});
}

double rank_correlation_of(const Logits& logits) {
  return logit_rank_correlation({logits.begin(), logits.end()});
}

double gain_of(const Logits& logits, const std::vector<std::int32_t>& targets,
               std::size_t classes) {
  return ensemble_gain({logits.begin(), logits.end()}, targets, classes);
}

VarianceSplit split_of(const Decisions& decisions, const std::vector<std::int32_t>& targets) {
  return split_variance({decisions.begin(), decisions.end()}, targets);
}

TEST(Churn, IsNanForFewerThanTwoReplicasOrNoExamples) {
  EXPECT_TRUE(std::isnan(churn_of({})));
  EXPECT_TRUE(std::isnan(churn_of({{1, 2}})));
  EXPECT_TRUE(std::isnan(churn_of({{}, {}})));
}

TEST(Churn, IsDisagreementAndNotAgreement) {
  EXPECT_EQ(churn_of({{1, 2, 3}, {1, 2, 3}, {1, 2, 3}}), 0.0);
  EXPECT_EQ(churn_of({{1, 2, 3, 4}, {1, 2, 3, 5}}), 0.25);
  // Of the three pairs, two differ on the first example and all on the second.
  EXPECT_EQ(churn_of({{0, 0}, {0, 1}, {1, 2}}), 5.0 / 6.0);
}

TEST(Churn, CountsAnyDecision) {
  constexpr std::int32_t kLow = std::numeric_limits<std::int32_t>::min();
  constexpr std::int32_t kHigh = std::numeric_limits<std::int32_t>::max();
  // Equal are one pair of six; then one of three on the first example, and all on the second.
  EXPECT_EQ(churn_of({{kLow}, {kHigh}, {kLow}, {-1}}), 5.0 / 6.0);
  EXPECT_EQ(churn_of({{1024, 1023}, {1024, 1023}, {1025, 1023}}), 2.0 / 6.0);
}

TEST(Churn, RefusesReplicasOfDifferentSets) { EXPECT_THROW((void)churn_of({{1}, {1, 2}}), Error); }

TEST(LogitCorrelation, IsNanWithoutTwoReplicasThatVary) {
  EXPECT_TRUE(std::isnan(correlation_of({})));
  EXPECT_TRUE(std::isnan(correlation_of({{1, 2}})));
  EXPECT_TRUE(std::isnan(correlation_of({{}, {}})));
  for (const std::vector<float>& bad : Logits{
           {0.1F, 0.1F, 0.1F}, {1, kFloatNan, 2}, {1, kFloatInfinity, 2}, {kFloatInfinity, 1, 2}}) {
    EXPECT_TRUE(std::isnan(correlation_of({{1, 2, 4}, bad})));
    EXPECT_TRUE(std::isnan(correlation_of({bad, {1, 2, 4}})));
  }
}

TEST(LogitCorrelation, IsOneForEqualAndMinusOneForOppositeReplicas) {
  EXPECT_NEAR(correlation_of({{1, 2, 4}, {1, 2, 4}, {3, 5, 9}}), 1.0, 1e-15);
  EXPECT_NEAR(correlation_of({{1, 2, 4}, {-1, -2, -4}}), -1.0, 1e-15);
}

TEST(LogitCorrelation, IsTheMeanOverPairs) {
  // Pairs: (0, 1) and (0, 2) are 1 and -1, (1, 2) is -1.
  EXPECT_NEAR(correlation_of({{0, 1}, {0, 2}, {5, 1}}), -1.0 / 3.0, 1e-15);
}

TEST(LogitCorrelation, SeesSmallSpreadAroundALargeValue) {
  EXPECT_NEAR(correlation_of({{1e6F, 1e6F + 1, 1e6F + 2}, {0, 1, 2}}), 1.0, 1e-15);
}

TEST(LogitRankCorrelation, IsNanWithoutTwoReplicasThatVary) {
  EXPECT_TRUE(std::isnan(rank_correlation_of({})));
  EXPECT_TRUE(std::isnan(rank_correlation_of({{1, 2}})));
  EXPECT_TRUE(std::isnan(rank_correlation_of({{}, {}})));
  EXPECT_TRUE(std::isnan(rank_correlation_of({{1, 2, 4}, {0.1F, 0.1F, 0.1F}})));
  EXPECT_TRUE(std::isnan(rank_correlation_of({{1, kFloatNan, 4}, {1, 2, 3}})));
  // Minus zero is zero.
  EXPECT_TRUE(std::isnan(rank_correlation_of({{1, 2, 4}, {0.0F, -0.0F, 0.0F}})));
}

TEST(LogitRankCorrelation, SeesOrderAlone) {
  EXPECT_NEAR(rank_correlation_of(
                  {{-kFloatInfinity, -2, 0, 1e-40F, 4, kFloatInfinity}, {1, 2, 3, 4, 5, 6}}),
              1.0, 1e-15);
  EXPECT_NEAR(rank_correlation_of({{1, 2, 3}, {-1, -1e30F, -kFloatInfinity}}), -1.0, 1e-15);
}

TEST(LogitRankCorrelation, RanksTiesByTheirMean) {
  // Ranks 1.5, 1.5, 3 and 1, 2, 3: deviations -.5, -.5, 1 and -1, 0, 1; 1.5 / sqrt(1.5 · 2).
  EXPECT_NEAR(rank_correlation_of({{7, 7, 9}, {1, 2, 3}}), 1.5 / std::sqrt(3.0), 1e-15);
}

/// Spearman's correlation of two vectors without ties: 1 − 6 Σ d² / (n³ − n).
double spearman(const std::vector<float>& a, const std::vector<float>& b) {
  const auto ranks = [](const std::vector<float>& values) {
    std::vector<float> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    std::vector<double> result;
    for (const float value : values) {
      result.push_back(static_cast<double>(std::lower_bound(sorted.begin(), sorted.end(), value) -
                                           sorted.begin()));
    }
    return result;
  };
  const auto of_a = ranks(a);
  const auto of_b = ranks(b);
  double squares = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) squares += (of_a[i] - of_b[i]) * (of_a[i] - of_b[i]);
  const double n = static_cast<double>(a.size());
  return 1.0 - 6.0 * squares / (n * (n * n - 1.0));
}

TEST(LogitRankCorrelation, SortsWhatCrowdsAndWhatIsSpread) {
  std::mt19937 generator(1);
  constexpr std::size_t kSize = 3000;
  std::vector<float> crowded(kSize);  // neighbours in the last bits, more than a short run
  std::vector<float> spread(kSize);   // all magnitudes and both signs
  for (std::size_t i = 0; i < kSize; ++i) {
    crowded[i] = 1.0F + static_cast<float>(i) * 0x1p-23F;
    const float size =
        std::ldexp(1.0F + static_cast<float>(i) * 1e-4F, static_cast<int>(i % 200) - 100);
    spread[i] = i % 2 == 0 ? size : -size;
  }
  std::shuffle(crowded.begin(), crowded.end(), generator);
  std::shuffle(spread.begin(), spread.end(), generator);
  EXPECT_NEAR(rank_correlation_of({crowded, spread}), spearman(crowded, spread), 1e-12);
}

TEST(EnsembleGain, IsNanForFewerThanTwoReplicasOrNoExamples) {
  EXPECT_TRUE(std::isnan(gain_of({}, {0}, 2)));
  EXPECT_TRUE(std::isnan(gain_of({{1, 2}}, {0}, 2)));
  EXPECT_TRUE(std::isnan(gain_of({{}, {}}, {}, 2)));
}

TEST(EnsembleGain, IsWhatAveragingAddsToTheMeanAccuracy) {
  // Each is wrong on another example, by little; together they are right on both.
  EXPECT_EQ(gain_of({{3, 0, 1, 2}, {1, 2, 3, 0}}, {0, 0}, 2), 0.5);
  EXPECT_EQ(gain_of({{3, 0, 1, 2}, {3, 0, 1, 2}}, {0, 0}, 2), 0.0);
}

TEST(EnsembleGain, DecidesForTheFirstOfTheLargest) {
  // Tied alone, then tied together: class 0 is decided for in both.
  EXPECT_EQ(gain_of({{1, 1}, {1, 1}}, {0}, 2), 0.0);
  EXPECT_EQ(gain_of({{2, 1}, {1, 2}}, {0}, 2), 0.5);
  EXPECT_EQ(gain_of({{2, 1}, {1, 2}}, {1}, 2), -0.5);
}

TEST(EnsembleGain, CallsAnExampleWithANanWrong) {
  EXPECT_EQ(gain_of({{kFloatNan, 1}, {0, 1}}, {1}, 2), -0.5);
  EXPECT_EQ(gain_of({{1, kFloatNan}, {0, 1}}, {1}, 2), -0.5);
}

TEST(EnsembleGain, RefusesWhatDoesNotFit) {
  EXPECT_THROW((void)gain_of({{1, 2}, {1, 2}}, {0, 1}, 2), Error);
  EXPECT_THROW((void)gain_of({{1, 2}, {1}}, {0}, 2), Error);
  EXPECT_THROW((void)gain_of({{1, 2}, {1, 2}}, {2}, 2), Error);
  EXPECT_THROW((void)gain_of({{1, 2}, {1, 2}}, {-1}, 2), Error);
}

TEST(SplitVariance, IsNanForFewerThanTwoReplicasOrNoExamples) {
  EXPECT_TRUE(std::isnan(split_of({}, {1}).observed));
  EXPECT_TRUE(std::isnan(split_of({{1}}, {1}).test_set));
  EXPECT_TRUE(std::isnan(split_of({{}, {}}, {}).distribution));
}

TEST(SplitVariance, IsZeroForEqualReplicas) {
  const VarianceSplit split = split_of({{1, 2, 0}, {1, 2, 0}, {1, 2, 0}}, {1, 2, 3});
  EXPECT_EQ(split.observed, 0.0);
  EXPECT_EQ(split.test_set, 0.0);
  EXPECT_EQ(split.distribution, 0.0);
}

TEST(SplitVariance, TellsTheTestSetFromTheDistribution) {
  // Each replica misses another example: accuracies are equal, each p (1 - p) is 1/2 by 2 / (2 - 1)
  // times 1/4.
  const VarianceSplit chance = split_of({{1, 0}, {0, 1}}, {1, 1});
  EXPECT_EQ(chance.observed, 0.0);
  EXPECT_EQ(chance.test_set, 0.25);
  EXPECT_EQ(chance.distribution, -0.25);
  // One misses all: accuracies 1 and 0.
  const VarianceSplit real = split_of({{1, 1}, {0, 0}}, {1, 1});
  EXPECT_EQ(real.observed, 0.5);
  EXPECT_EQ(real.test_set, 0.25);
  EXPECT_EQ(real.distribution, 0.25);
}

TEST(SplitVariance, RefusesWhatDoesNotFit) {
  EXPECT_THROW((void)split_of({{1, 2}, {1, 2}}, {1}), Error);
  EXPECT_THROW((void)split_of({{1, 2}, {1}}, {1, 2}), Error);
}

TEST(EpochsToTarget, IsNanWhereTheTargetIsNotReached) {
  EXPECT_TRUE(std::isnan(epochs_to_target({}, 0.5, true)));
  EXPECT_TRUE(std::isnan(epochs_to_target(std::vector{0.1, 0.4}, 0.5, true)));
  EXPECT_TRUE(std::isnan(epochs_to_target(std::vector{0.9, 0.6}, 0.5, false)));
  EXPECT_TRUE(std::isnan(epochs_to_target(std::vector{0.9}, std::nan(""), true)));
}

TEST(EpochsToTarget, InterpolatesFromTheEpochBefore) {
  EXPECT_DOUBLE_EQ(epochs_to_target(std::vector{0.2, 0.4, 0.8}, 0.5, true), 2.25);
  EXPECT_DOUBLE_EQ(epochs_to_target(std::vector{1.0, 0.5, 0.1}, 0.75, false), 1.5);
  EXPECT_EQ(epochs_to_target(std::vector{0.2, 0.5, 0.3}, 0.5, true), 2.0);
}

TEST(EpochsToTarget, IsTheEpochItselfWithoutANumberBefore) {
  EXPECT_EQ(epochs_to_target(std::vector{0.9, 0.1}, 0.5, true), 1.0);
  EXPECT_EQ(epochs_to_target(std::vector{std::nan(""), 0.9}, 0.5, true), 2.0);
  EXPECT_EQ(epochs_to_target(std::vector{HUGE_VAL, 0.1}, 0.5, false), 2.0);
}

TEST(ReplicaMetrics, AgreeWithScipyAndBruteForce) {
  for (const auto& vector : statistics_vectors("replica_metrics")) {
    Decisions predictions;
    for (const auto& replica : vector.at("predictions")) {
      predictions.push_back(numbers<std::int32_t>(replica));
    }
    Logits logits;
    for (const auto& replica : vector.at("logits")) logits.push_back(numbers<float>(replica));
    const auto targets = numbers<std::int32_t>(vector.at("targets"));
    const std::string what = std::to_string(predictions.size()) + " replicas";
    expect_agrees(churn_of(predictions), vector.at("churn"), "churn, " + what);
    expect_agrees(correlation_of(logits), vector.at("pearson"), "Pearson, " + what);
    expect_agrees(rank_correlation_of(logits), vector.at("spearman"), "Spearman, " + what);
    expect_agrees(gain_of(logits, targets, vector.at("classes")), vector.at("ensemble_gain"),
                  "gain, " + what);
    const VarianceSplit split = split_of(predictions, targets);
    expect_agrees(split.observed, vector.at("observed"), "observed, " + what);
    expect_agrees(split.test_set, vector.at("test_set"), "test set, " + what);
  }
}

}  // namespace
}  // namespace ndbench
