#include "core/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "ndbench/error.h"

namespace ndbench {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kLargest = std::numeric_limits<double>::max();

// Literals that are not round were made by tests/reference/statistics_vectors.py.
void expect_relative(double value, double expected) { EXPECT_NEAR(value / expected, 1.0, 1e-12); }

TEST(Mean, IsNanForNoValues) { EXPECT_TRUE(std::isnan(mean({}))); }

TEST(Mean, IsTheOneValue) { EXPECT_EQ(mean(std::vector{-2.5}), -2.5); }

TEST(Mean, IsExactlyTheCommonValue) {
  // A sum divided by the count gives 0.10000000000000002 for three.
  for (const std::size_t n : {2U, 3U, 7U, 1000U}) EXPECT_EQ(mean(std::vector(n, 0.1)), 0.1);
  EXPECT_EQ(mean(std::vector(3, kLargest)), kLargest);
  EXPECT_EQ(mean(std::vector(3, kInfinity)), kInfinity);
}

TEST(Mean, IsTheArithmeticMean) { EXPECT_EQ(mean(std::vector{1.0, 2.0, 3.0, 6.0}), 3.0); }

TEST(Mean, IsNanIfAValueIs) { EXPECT_TRUE(std::isnan(mean(std::vector{1.0, kNan, 3.0}))); }

TEST(Median, IsNanForNoValuesOrAnyNan) {
  EXPECT_TRUE(std::isnan(median({})));
  EXPECT_TRUE(std::isnan(median(std::vector{1.0, 2.0, kNan})));
}

TEST(Median, IsTheMiddleInAnyOrder) {
  EXPECT_EQ(median(std::vector{4.0}), 4.0);
  EXPECT_EQ(median(std::vector{9.0, 1.0, 5.0}), 5.0);
}

TEST(Median, IsTheMeanOfTheTwoMiddleValues) {
  EXPECT_EQ(median(std::vector{10.0, 1.0, 4.0, 2.0}), 3.0);
  EXPECT_EQ(median(std::vector{kLargest, kLargest}), kLargest);
  EXPECT_EQ(median(std::vector{kInfinity, 1.0, kInfinity, kInfinity}), kInfinity);
}

TEST(SampleStandardDeviation, IsNanForFewerThanTwoValues) {
  EXPECT_TRUE(std::isnan(sample_standard_deviation({})));
  EXPECT_TRUE(std::isnan(sample_standard_deviation(std::vector{1.0})));
}

TEST(SampleStandardDeviation, IsExactlyZeroForEqualValues) {
  for (const std::size_t n : {2U, 3U, 7U, 1000U}) {
    EXPECT_EQ(sample_standard_deviation(std::vector(n, 0.1)), 0.0);
    EXPECT_EQ(sample_standard_deviation(std::vector(n, 1e-300)), 0.0);
  }
}

TEST(SampleStandardDeviation, DividesByOneLessThanTheCount) {
  // Deviations -2, -1, 0, 3 from the mean 3: sqrt(14 / 3).
  EXPECT_DOUBLE_EQ(sample_standard_deviation(std::vector{1.0, 2.0, 3.0, 6.0}), 2.160246899469287);
}

TEST(SampleStandardDeviation, SeesSmallSpreadAroundALargeValue) {
  std::vector<double> values{10000000.2};
  for (int i = 0; i < 10; ++i) values.insert(values.end(), {10000000.1, 10000000.3});
  EXPECT_NEAR(sample_standard_deviation(values), 0.10000000055879354, 1e-8);
  // The difference of the mean square and the squared mean would be 0 here.
  EXPECT_NEAR(sample_standard_deviation(std::vector{1e8 + 1e-6, 1e8 - 1e-6}), 1.4142e-6, 2e-8);
}

TEST(SampleStandardDeviation, IsNanIfAValueIs) {
  EXPECT_TRUE(std::isnan(sample_standard_deviation(std::vector{1.0, kNan, 1.0})));
}

TEST(PairedRatio, IsNanForNoPairs) {
  const Ratio none = paired_ratio({}, {});
  EXPECT_EQ(none.pairs, 0U);
  EXPECT_TRUE(std::isnan(none.ratio));
  EXPECT_TRUE(std::isnan(none.interval.low));
  EXPECT_TRUE(std::isnan(none.interval.high));
  EXPECT_TRUE(std::isnan(none.minimum_detectable_effect));
}

TEST(PairedRatio, HasNoIntervalForOnePair) {
  const Ratio one = paired_ratio(std::vector{3.0}, std::vector{2.0});
  EXPECT_EQ(one.pairs, 1U);
  EXPECT_DOUBLE_EQ(one.ratio, 1.5);
  EXPECT_TRUE(std::isnan(one.interval.low));
  EXPECT_TRUE(std::isnan(one.interval.high));
  EXPECT_TRUE(std::isnan(one.minimum_detectable_effect));
}

TEST(PairedRatio, IsExactlyOneWithoutWidthForEqualTimes) {
  const std::vector<double> times{0.25, 0.3, 0.1};
  const Ratio equal = paired_ratio(times, times);
  EXPECT_EQ(equal.ratio, 1.0);
  EXPECT_EQ(equal.interval.low, 1.0);
  EXPECT_EQ(equal.interval.high, 1.0);
  EXPECT_EQ(equal.minimum_detectable_effect, 0.0);
}

TEST(PairedRatio, CancelsWhatBothTimesOfAPairShare) {
  // Each pair twice as slow as the one before, the ratio always 2.
  const Ratio ratio = paired_ratio(std::vector{2.0, 4.0, 8.0}, std::vector{1.0, 2.0, 4.0});
  EXPECT_DOUBLE_EQ(ratio.ratio, 2.0);
  EXPECT_DOUBLE_EQ(ratio.interval.low, 2.0);
  EXPECT_DOUBLE_EQ(ratio.interval.high, 2.0);
}

TEST(PairedRatio, InvertsWhenItsArgumentsSwap) {
  const std::vector<double> a{1.21, 1.19, 1.25};
  const std::vector<double> b{1.00, 1.01, 0.99};
  const Ratio ab = paired_ratio(a, b);
  const Ratio ba = paired_ratio(b, a);
  EXPECT_DOUBLE_EQ(ab.ratio * ba.ratio, 1.0);
  EXPECT_DOUBLE_EQ(ab.interval.low * ba.interval.high, 1.0);
  expect_relative(ab.minimum_detectable_effect, ba.minimum_detectable_effect);
}

TEST(PairedRatio, AgreesWithScipyForTwoPairs) {
  const Ratio two = paired_ratio(std::vector{1.10, 1.08}, std::vector{1.00, 1.01});
  EXPECT_EQ(two.pairs, 2U);
  expect_relative(two.ratio, 1.0845448924606009);
  expect_relative(two.interval.low, 0.90607881741096763);
  expect_relative(two.interval.high, 1.2981625893466546);
  expect_relative(two.minimum_detectable_effect, 0.22050519334227364);
}

TEST(PairedRatio, AgreesWithScipyForFivePairs) {
  const Ratio five = paired_ratio(std::vector{1.21, 1.19, 1.25, 1.18, 1.22},
                                  std::vector{1.00, 1.01, 0.99, 1.02, 1.00});
  expect_relative(five.ratio, 1.2049956760484415);
  expect_relative(five.interval.low, 1.1557373819082377);
  expect_relative(five.interval.high, 1.2563533913716798);
  expect_relative(five.minimum_detectable_effect, 0.05747356328333713);
}

TEST(PairedRatio, AgreesWithScipyForThirtyPairs) {
  std::vector<double> numerator;
  std::vector<double> denominator;
  for (int i = 0; i < 30; ++i) {
    numerator.push_back(2.0 + i * 7919 % 101 / 1000.0);
    denominator.push_back(1.9 + i * 31 % 17 / 500.0);
  }
  const Ratio thirty = paired_ratio(numerator, denominator);
  expect_relative(thirty.ratio, 1.0692976807073844);
  expect_relative(thirty.interval.low, 1.063371220350191);
  expect_relative(thirty.interval.high, 1.075257170858589);
  expect_relative(thirty.minimum_detectable_effect, 0.0079101439762111533);
}

TEST(PairedRatio, RefusesUnpairedTimes) {
  EXPECT_THROW((void)paired_ratio(std::vector{1.0, 2.0}, std::vector{1.0}), Error);
}

TEST(PairedRatio, RefusesTimesThatAreNotPositiveAndFinite) {
  for (const double bad : {0.0, -0.0, -1.0, kNan, kInfinity, -kInfinity}) {
    EXPECT_THROW((void)paired_ratio(std::vector{1.0, bad}, std::vector{1.0, 1.0}), Error) << bad;
    EXPECT_THROW((void)paired_ratio(std::vector{1.0, 1.0}, std::vector{1.0, bad}), Error) << bad;
  }
}

}  // namespace
}  // namespace ndbench
