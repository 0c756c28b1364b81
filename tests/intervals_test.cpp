#include "core/intervals.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/bootstrap.h"
#include "statistics_vectors.h"

namespace ndbench {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

void expect_none(const Interval& interval) {
  EXPECT_TRUE(std::isnan(interval.low));
  EXPECT_TRUE(std::isnan(interval.high));
}

TEST(MedianRanks, AreNoneForFewerThanSixValues) {
  for (const std::size_t n : {0U, 1U, 5U}) {
    EXPECT_EQ(median_ranks(n).rank, 0U);
    EXPECT_TRUE(std::isnan(median_ranks(n).outer_level));
  }
}

TEST(MedianRanks, HaveTheLevelsOfTheSignTest) {
  // 1 - 2 / 64 and 1 - 2 (1 + 6) / 64.
  EXPECT_EQ(median_ranks(6).rank, 1U);
  EXPECT_DOUBLE_EQ(median_ranks(6).outer_level, 0.96875);
  EXPECT_DOUBLE_EQ(median_ranks(6).inner_level, 0.78125);
  // 1 - 2 (1 + 9) / 512 and 1 - 2 (1 + 9 + 36) / 512.
  EXPECT_EQ(median_ranks(9).rank, 2U);
  EXPECT_DOUBLE_EQ(median_ranks(9).outer_level, 1.0 - 20.0 / 512.0);
  EXPECT_DOUBLE_EQ(median_ranks(9).inner_level, 1.0 - 92.0 / 512.0);
}

TEST(MedianRanks, EncloseNinetyFivePercentForEveryCount) {
  for (std::size_t n = kFewestForMedian; n < 3000; n += 1 + n / 50) {
    const MedianRanks ranks = median_ranks(n);
    EXPECT_GE(ranks.outer_level, 0.95) << n;
    EXPECT_LT(ranks.inner_level, 0.95) << n;
    EXPECT_LE(ranks.rank, n / 2) << n;
  }
}

TEST(MedianRanks, AgreeWithThePublishedExampleOfBsda) {
  // SIGN.test of the R package BSDA: 0.9346 [6.6, 7.4], 0.95 [6.571273, 7.457455] by linear
  // interpolation, 0.9883 [6.5, 7.6].
  std::vector<double> values{7.8, 6.6, 6.5, 7.4, 7.3, 7.0, 6.4, 7.1, 6.7, 7.6, 6.8};
  const Interval interval = median_interval(values);
  std::sort(values.begin(), values.end());
  const MedianRanks ranks = median_ranks(values.size());
  ASSERT_EQ(ranks.rank, 2U);
  EXPECT_NEAR(ranks.outer_level, 0.9883, 5e-5);
  EXPECT_NEAR(ranks.inner_level, 0.9346, 5e-5);
  EXPECT_EQ(values[1], 6.5);
  EXPECT_EQ(values[9], 7.6);
  const double part = (ranks.outer_level - 0.95) / (ranks.outer_level - ranks.inner_level);
  const double low = 6.5 + part * (6.6 - 6.5);
  const double high = 7.6 + part * (7.4 - 7.6);
  EXPECT_NEAR(low, 6.571273, 5e-7);
  EXPECT_NEAR(high, 7.457455, 5e-7);
  // Hettmansperger and Sheather's interpolation goes further in, but never past the inner values.
  EXPECT_GT(interval.low, low);
  EXPECT_LT(interval.low, 6.6);
  EXPECT_LT(interval.high, high);
  EXPECT_GT(interval.high, 7.4);
}

TEST(MedianInterval, IsNoneForFewerThanSixValuesOrANan) {
  expect_none(median_interval({}));
  expect_none(median_interval(std::vector(5, 1.0)));
  expect_none(median_interval(std::vector{1.0, 2.0, 3.0, kNan, 5.0, 6.0}));
}

TEST(MedianInterval, HasNoWidthForEqualValues) {
  for (const double value : {0.1, kInfinity}) {
    const Interval interval = median_interval(std::vector(7, value));
    EXPECT_EQ(interval.low, value);
    EXPECT_EQ(interval.high, value);
  }
}

TEST(MedianInterval, InterpolatesBetweenOrderStatistics) {
  // A tenth of the way between the levels, (6 - 1) 0.1 / (1 + (6 - 2) 0.1) = 5 / 14 between values.
  const Interval interval = median_interval(std::vector{50.0, 10.0, 30.0, 60.0, 20.0, 40.0});
  EXPECT_NEAR(interval.low, 10.0 + 50.0 / 14.0, 1e-12);
  EXPECT_NEAR(interval.high, 60.0 - 50.0 / 14.0, 1e-12);
}

TEST(MedianInterval, AgreesWithScipy) {
  for (const auto& vector : statistics_vectors("median_interval")) {
    const auto values = numbers(vector.at("values"));
    const std::string what = "n = " + std::to_string(values.size());
    const MedianRanks ranks = median_ranks(values.size());
    EXPECT_EQ(ranks.rank, vector.at("rank").get<std::size_t>()) << what;
    expect_agrees(ranks.outer_level, vector.at("outer"), what);
    expect_agrees(ranks.inner_level, vector.at("inner"), what);
    const Interval interval = median_interval(values);
    expect_agrees(interval.low, vector.at("low"), what);
    expect_agrees(interval.high, vector.at("high"), what);
  }
}

TEST(NormalDeviationInterval, IsNoneForFewerThanTwoValuesOrOneThatIsNotFinite) {
  expect_none(normal_deviation_interval({}));
  expect_none(normal_deviation_interval(std::vector{1.0}));
  expect_none(normal_deviation_interval(std::vector{1.0, kNan}));
  expect_none(normal_deviation_interval(std::vector{1.0, kInfinity}));
}

TEST(NormalDeviationInterval, IsZeroForEqualValues) {
  const Interval interval = normal_deviation_interval(std::vector(5, 0.1));
  EXPECT_EQ(interval.low, 0.0);
  EXPECT_EQ(interval.high, 0.0);
}

TEST(NormalDeviationInterval, AgreesWithScipy) {
  for (const auto& vector : statistics_vectors("descriptive")) {
    const Interval interval = normal_deviation_interval(numbers(vector.at("values")));
    expect_agrees(interval.low, vector.at("low"), vector.dump());
    expect_agrees(interval.high, vector.at("high"), vector.dump());
  }
}

TEST(AndersonDarling, IsNanWithoutSpread) {
  EXPECT_TRUE(std::isnan(anderson_darling({})));
  EXPECT_TRUE(std::isnan(anderson_darling(std::vector{1.0})));
  EXPECT_TRUE(std::isnan(anderson_darling(std::vector(9, 0.1))));
  EXPECT_TRUE(std::isnan(anderson_darling(std::vector{1.0, kNan, 2.0})));
  EXPECT_FALSE(is_not_normal(std::vector(9, 0.1)));
}

TEST(AndersonDarling, IsFiniteForAValueFarOut) {
  std::vector<double> values(3000, 0.0);
  values.back() = 1.0;
  EXPECT_TRUE(std::isfinite(anderson_darling(values)));
  EXPECT_TRUE(is_not_normal(values));
}

TEST(AndersonDarling, NeedsEightValuesToReject) {
  std::vector<double> values(7, 0.0);
  values.back() = 1.0;
  EXPECT_FALSE(is_not_normal(values));
  values.insert(values.begin(), 0.0);
  EXPECT_TRUE(is_not_normal(values));
}

TEST(AndersonDarling, AgreesWithScipy) {
  for (const auto& vector : statistics_vectors("anderson_darling")) {
    const auto values = numbers(vector.at("values"));
    expect_agrees(anderson_darling(values), vector.at("statistic"), vector.dump());
    EXPECT_EQ(is_not_normal(values), vector.at("is_not_normal").get<bool>()) << vector.dump();
  }
}

TEST(Deviation, IsByChiSquareUnlessTheValuesAreNotNormal) {
  const std::vector<double> normal{-1.3, -0.8, -0.5, -0.2, 0.0, 0.2, 0.5, 0.8, 1.3};
  const Deviation spread = deviation(normal);
  EXPECT_FALSE(spread.is_bootstrap);
  EXPECT_EQ(spread.coverage, 0.95);
  EXPECT_EQ(spread.n, 9U);
  EXPECT_EQ(spread.interval.low, normal_deviation_interval(normal).low);
  std::vector<double> outlier = normal;
  outlier.back() = 30.0;
  const Deviation skewed = deviation(outlier);
  EXPECT_TRUE(skewed.is_bootstrap);
  EXPECT_EQ(skewed.coverage, bootstrap_deviation_coverage(9));
  EXPECT_EQ(skewed.interval.high, bootstrap_deviation_interval(outlier).high);
}

TEST(Deviation, IsExactlyZeroForEqualValuesAndNanForOne) {
  const Deviation equal = deviation(std::vector(20, 0.1));
  EXPECT_EQ(equal.value, 0.0);
  EXPECT_EQ(equal.interval.low, 0.0);
  EXPECT_EQ(equal.interval.high, 0.0);
  EXPECT_TRUE(std::isnan(deviation(std::vector{1.0}).value));
  expect_none(deviation(std::vector{1.0}).interval);
}

TEST(DifferingShareBound, IsEverythingForNoReplicas) { EXPECT_EQ(differing_share_bound(0), 1.0); }

TEST(DifferingShareBound, IsTheRuleOfThreeForMany) {
  EXPECT_NEAR(differing_share_bound(10000), 3.0 / 10000, 2e-6);
}

TEST(DifferingShareBound, AgreesWithScipy) {
  for (const auto& vector : statistics_vectors("differing_share_bound")) {
    expect_agrees(differing_share_bound(vector.at("n")), vector.at("bound"), vector.dump());
  }
}

}  // namespace
}  // namespace ndbench
