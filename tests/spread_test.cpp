#include "core/spread.h"

#include <gmock/gmock.h>

#include <cmath>

#include "evaluated_records.h"

namespace ndbench {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

Spread spread_of(const std::vector<Record>& records, std::optional<double> target = {}) {
  return spread_of(pointers(records), target);
}

/// Targets a b a b; of the three replicas one gets two right, one three, one all.
std::vector<Record> three_replicas() {
  const std::vector<std::int32_t> targets{0, 1, 0, 1};
  return {evaluated(0, two_class_evaluation(targets, {0, 1, 1, 0})),
          evaluated(1, two_class_evaluation(targets, {0, 1, 0, 0})),
          evaluated(2, two_class_evaluation(targets, {0, 1, 0, 1}))};
}

TEST(Sample, HasMeanDeviationRangeAndTheirIntervals) {
  const Sample sample = sample_of({0.5, 0.75, 1.0});
  EXPECT_EQ(sample.mean, 0.75);
  EXPECT_DOUBLE_EQ(sample.deviation.value, 0.25);
  EXPECT_EQ(sample.range, 0.5);
  // t(0.975, 2) = 4.30265, over sqrt(3).
  EXPECT_NEAR(sample.mean_interval.low, 0.75 - 4.3026527 * 0.25 / std::sqrt(3.0), 1e-7);
  EXPECT_NEAR(sample.mean_interval.high, 0.75 + 4.3026527 * 0.25 / std::sqrt(3.0), 1e-7);
  // sqrt(2 / 7.37776) and sqrt(2 / 0.0506356) of the deviation.
  EXPECT_NEAR(sample.deviation.interval.low, 0.25 * 0.5206557, 1e-6);
  EXPECT_NEAR(sample.deviation.interval.high, 0.25 * 6.2847, 1e-4);
}

TEST(Sample, OfEqualValuesHasNoSpreadAndNoIntervals) {
  const Sample sample = sample_of(std::vector<double>(12, 0.1));
  EXPECT_EQ(sample.mean, 0.1);
  EXPECT_EQ(sample.deviation.value, 0.0);
  EXPECT_EQ(sample.range, 0.0);
  EXPECT_TRUE(std::isnan(sample.deviation.interval.low));
  EXPECT_TRUE(std::isnan(sample.deviation.interval.high));
  EXPECT_TRUE(std::isnan(sample.mean_interval.low));
}

TEST(Sample, OfOneValueKnowsItsMeanAlone) {
  const Sample sample = sample_of({0.25});
  EXPECT_EQ(sample.mean, 0.25);
  EXPECT_EQ(sample.range, 0.0);
  EXPECT_TRUE(std::isnan(sample.deviation.value));
  EXPECT_TRUE(std::isnan(sample.mean_interval.high));
}

TEST(Spread, IsThatOfTheLastEvaluation) {
  std::vector<Record> records = three_replicas();
  for (Record& record : records) {
    record.epochs.insert(record.epochs.begin(), record.epochs.front());
    record.epochs.front().evaluation.value = 0.1 * record.replica;
  }
  const Spread spread = spread_of(records);
  EXPECT_EQ(spread.metric, "accuracy");
  EXPECT_THAT(spread.quality.values, ElementsAre(0.5, 0.75, 1.0));
}

TEST(Spread, CountsPairsThatDisagree) {
  // Replicas 0 and 1 disagree on one example of four, 0 and 2 on two, 1 and 2 on one.
  EXPECT_DOUBLE_EQ(spread_of(three_replicas()).churn.value(), 1.0 / 3.0);
}

TEST(Spread, SplitsTheVarianceOfTheAccuracy) {
  const VarianceSplit split = spread_of(three_replicas()).split.value();
  EXPECT_DOUBLE_EQ(split.observed, 0.0625);
  // Shares wrong: 0, 0, 1/3, 2/3. p (1 - p) 3/2 of the last two, over 4².
  EXPECT_DOUBLE_EQ(split.test_set, 1.0 / 24.0);
  EXPECT_DOUBLE_EQ(split.distribution, 0.0625 - 1.0 / 24.0);
}

TEST(Spread, HasThatOfEachSliceBesideTheOverallOne) {
  const Spread spread = spread_of(three_replicas());
  ASSERT_THAT(spread.slices, SizeIs(2));
  const SliceSpread& a = spread.slices[0];
  EXPECT_EQ(a.name, "class/a");
  EXPECT_EQ(a.decisions, 2);
  EXPECT_THAT(a.accuracy.values, ElementsAre(0.5, 1.0, 1.0));
  EXPECT_DOUBLE_EQ(a.relative, std::sqrt(1.0 / 12.0) / 0.25);
  EXPECT_DOUBLE_EQ(a.relative_by_size, std::sqrt(2.0));  // 4 decisions, 2 of them its own
  EXPECT_THAT(spread.slices[1].accuracy.values, ElementsAre(0.5, 0.5, 1.0));
}

TEST(Spread, DividesFalsePositivesByNegativesAndFalseNegativesByPositives) {
  Evaluation evaluation{.metric = "accuracy", .value = 0.5, .examples = 14};
  evaluation.slices = {{.name = "class/a",
                        .examples = 4,
                        .decisions = 4,
                        .correct = 3,
                        .positives = 4,
                        .false_negatives = 1,
                        .negatives = 10,
                        .false_positives = 5}};
  const Spread spread = spread_of({evaluated(0, evaluation), evaluated(1, evaluation)});
  EXPECT_THAT(spread.slices.at(0).false_negative_rate.values, ElementsAre(0.25, 0.25));
  EXPECT_THAT(spread.slices[0].false_positive_rate.values, ElementsAre(0.5, 0.5));
  EXPECT_TRUE(std::isnan(spread.slices[0].relative));          // the overall spread is 0
  EXPECT_TRUE(std::isnan(spread.slices[0].relative_by_size));  // no predictions: size unknown
}

TEST(Spread, NamesTheSliceThatScattersMost) {
  const std::vector<std::int32_t> targets{0, 1, 0, 1};
  const Spread spread = spread_of({evaluated(0, two_class_evaluation(targets, {0, 1, 0, 1})),
                                   evaluated(1, two_class_evaluation(targets, {0, 0, 0, 0}))});
  ASSERT_NE(spread.worst_slice(), nullptr);
  EXPECT_EQ(spread.worst_slice()->name, "class/b");
  const std::vector<std::int32_t> right{0, 1};
  const Record same = evaluated(0, two_class_evaluation(right, right));
  EXPECT_EQ(spread_of({same, same}).worst_slice(), nullptr);
}

TEST(Spread, LeavesOutSlicesThatNotAllReplicasHave) {
  std::vector<Record> records = three_replicas();
  records[1].epochs.back().evaluation.slices.pop_back();
  EXPECT_THAT(spread_of(records).slices, SizeIs(1));
}

TEST(Spread, LacksWhatTheTaskDoesNotTell) {
  const Evaluation evaluation{.metric = "mse", .value = 0.5, .higher_is_better = false};
  const Spread spread = spread_of({evaluated(0, evaluation), evaluated(1, evaluation)});
  EXPECT_FALSE(spread.higher_is_better);
  EXPECT_THAT(spread.slices, IsEmpty());
  EXPECT_FALSE(spread.churn);
  EXPECT_FALSE(spread.split);
  EXPECT_FALSE(spread.logit_correlation);
  EXPECT_FALSE(spread.logit_rank_correlation);
  EXPECT_FALSE(spread.ensemble_gain);
  EXPECT_FALSE(spread.convergence);
}

TEST(Spread, OfOneReplicaHasNoPairs) {
  const Spread spread = spread_of({three_replicas().front()});
  EXPECT_FALSE(spread.churn);
  EXPECT_FALSE(spread.split);
  EXPECT_TRUE(std::isnan(spread.quality.deviation.value));
  EXPECT_EQ(spread.worst_slice(), nullptr);
}

TEST(Spread, ComparesLogits) {
  // Targets a b. Each replica gets one right; their mean logits get both.
  std::vector<Record> records{evaluated(0, two_class_evaluation({0, 1}, {0, 0})),
                              evaluated(1, two_class_evaluation({0, 1}, {1, 1}))};
  records[0].epochs.back().evaluation.logits = {1.0F, 0.0F, 3.0F, 0.0F};
  records[1].epochs.back().evaluation.logits = {0.0F, 0.5F, 0.0F, 4.0F};
  const Spread spread = spread_of(records);
  EXPECT_DOUBLE_EQ(spread.ensemble_gain.value(), 0.5);
  ASSERT_TRUE(spread.logit_correlation);
  EXPECT_LT(*spread.logit_correlation, 0.0);
  EXPECT_TRUE(spread.logit_rank_correlation);

  records[1].epochs.back().evaluation.logits = {1.0F, 0.0F, 3.0F, 0.0F};
  EXPECT_NEAR(spread_of(records).logit_correlation.value(), 1.0, 1e-12);
}

TEST(Spread, ComparesNoLogitsWhereTheirNumberDiffers) {
  std::vector<Record> records = three_replicas();
  for (Record& record : records) {
    record.epochs.back().evaluation.logits.assign(8U + static_cast<std::size_t>(record.replica),
                                                  1.0F);
  }
  EXPECT_FALSE(spread_of(records).logit_correlation);
}

TEST(Spread, OfAttributesHasNoSplitAndNoEnsemble) {
  // Two examples with two attributes each: four decisions that are not independent.
  Evaluation evaluation{.metric = "accuracy",
                        .value = 1.0,
                        .examples = 2,
                        .predictions = {0, 1, 1, 0},
                        .targets = {0, 1, 1, 0},
                        .logits = {-1.0F, 1.0F, 2.0F, -2.0F}};
  const Spread spread = spread_of({evaluated(0, evaluation), evaluated(1, evaluation)});
  EXPECT_EQ(spread.churn, 0.0);
  EXPECT_TRUE(spread.logit_correlation);
  EXPECT_FALSE(spread.split);
  EXPECT_FALSE(spread.ensemble_gain);
}

TEST(Spread, CountsEpochsToTheTarget) {
  std::vector<Record> records{evaluated(0, {.metric = "accuracy", .value = 0.9}),
                              evaluated(1, {.metric = "accuracy", .value = 0.6})};
  for (Record& record : records) {
    record.epochs.insert(record.epochs.begin(), record.epochs.front());
    record.epochs.front().evaluation.value = 0.5;
  }
  const Convergence convergence = spread_of(records, 0.7).convergence.value();
  EXPECT_EQ(convergence.target, 0.7);
  // From 0.5 after the first epoch to 0.9 after the second, half of the way.
  ASSERT_THAT(convergence.epochs, SizeIs(2));
  EXPECT_DOUBLE_EQ(convergence.epochs[0], 1.5);
  EXPECT_TRUE(std::isnan(convergence.epochs[1]));
  EXPECT_EQ(convergence.reached, 1U);
  EXPECT_DOUBLE_EQ(convergence.mean, 1.5);
}

}  // namespace
}  // namespace ndbench
