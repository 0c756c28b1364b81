#include "core/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/paired_ratio.h"
#include "statistics_vectors.h"

namespace ndbench {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kLargest = std::numeric_limits<double>::max();

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

TEST(SampleStandardDeviation, IsNanIfAValueIsNotFinite) {
  EXPECT_TRUE(std::isnan(sample_standard_deviation(std::vector{kInfinity, kInfinity})));
  EXPECT_TRUE(std::isnan(sample_standard_deviation(std::vector{1.0, -kInfinity})));
}

TEST(SampleStandardDeviation, HasTheRightDigitsOfAThousandthAroundAHundredThousand) {
  // The values are sums of powers of two, exact: 1e5 ± 2^-10.
  EXPECT_DOUBLE_EQ(sample_standard_deviation(std::vector{1e5 - 0x1p-10, 1e5, 1e5 + 0x1p-10}),
                   0x1p-10);
}

TEST(Range, IsNanForNoValuesOrAnyNan) {
  EXPECT_TRUE(std::isnan(range({})));
  EXPECT_TRUE(std::isnan(range(std::vector{kNan, 1.0})));
  EXPECT_TRUE(std::isnan(range(std::vector{1.0, kNan})));
}

TEST(Range, IsTheLargestMinusTheSmallest) {
  EXPECT_EQ(range(std::vector{0.1}), 0.0);
  EXPECT_EQ(range(std::vector{3.0, -1.0, 2.0}), 4.0);
  EXPECT_EQ(range(std::vector{kInfinity, kInfinity}), 0.0);
  EXPECT_EQ(range(std::vector{kInfinity, 0.0}), kInfinity);
}

TEST(Mean, IsInfiniteIfAValueIsAndNaNForBothInfinities) {
  EXPECT_EQ(mean(std::vector{1.0, kInfinity, 2.0}), kInfinity);
  EXPECT_EQ(mean(std::vector{1.0, -kInfinity}), -kInfinity);
  EXPECT_TRUE(std::isnan(mean(std::vector{-kInfinity, kInfinity})));
}

TEST(DifferencesFrom, LoseNoDigitsOfACommonOffset) {
  EXPECT_EQ(differences_from(std::vector{1e5, 1e5 + 0x1p-10}, 1e5), (std::vector{0.0, 0x1p-10}));
  EXPECT_TRUE(differences_from({}, 1.0).empty());
}

TEST(Statistics, AgreeWithScipy) {
  for (const auto& vector : statistics_vectors("descriptive")) {
    const std::string what = vector.dump();
    const auto values = numbers(vector.at("values"));
    expect_agrees(mean(values), vector.at("mean"), "mean " + what);
    expect_agrees(median(values), vector.at("median"), "median " + what);
    expect_agrees(range(values), vector.at("range"), "range " + what);
    expect_agrees(sample_standard_deviation(values), vector.at("deviation"), "deviation " + what);
  }
}

}  // namespace
}  // namespace ndbench
