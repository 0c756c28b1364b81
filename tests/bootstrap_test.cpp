#include "core/bootstrap.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "core/statistics.h"
#include "statistics_vectors.h"

namespace ndbench {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

void expect_none(const Interval& interval) {
  EXPECT_TRUE(std::isnan(interval.low));
  EXPECT_TRUE(std::isnan(interval.high));
}

TEST(BcaInterval, IsThePercentileIntervalWithoutBiasAndSkew) {
  // 0 ... 1000, half of them below the estimate; symmetric influences.
  std::vector<double> resampled(1001);
  std::iota(resampled.rbegin(), resampled.rend(), 0.0);
  const Interval interval = bca_interval(500.0, resampled, std::vector{1.0, 2.0, 3.0});
  EXPECT_NEAR(interval.low, 25.0, 1e-9);
  EXPECT_NEAR(interval.high, 975.0, 1e-9);
}

TEST(BcaInterval, AgreesWithScipy) {
  for (const auto& vector : statistics_vectors("bca")) {
    const Interval interval = bca_interval(vector.at("estimate"), numbers(vector.at("resampled")),
                                           numbers(vector.at("jackknifed")));
    expect_agrees(interval.low, vector.at("low"), "low");
    expect_agrees(interval.high, vector.at("high"), "high");
  }
}

TEST(BcaInterval, HasNoWidthWhereAllResamplesAgree) {
  const Interval interval = bca_interval(2.0, std::vector(9, 2.0), std::vector{1.0, 2.0});
  EXPECT_EQ(interval.low, 2.0);
  EXPECT_EQ(interval.high, 2.0);
}

TEST(BcaInterval, IsNoneWithoutResamplesForANanOrAnEstimateOutsideThemAll) {
  const std::vector<double> jackknifed{1.0, 2.0, 4.0};
  expect_none(bca_interval(2.0, {}, jackknifed));
  expect_none(bca_interval(2.0, {1.0, 2.0, 3.0}, {}));
  expect_none(bca_interval(kNan, {1.0, 2.0, 3.0}, jackknifed));
  expect_none(bca_interval(2.0, {1.0, kNan, 3.0}, jackknifed));
  expect_none(bca_interval(2.0, {1.0, 2.0, 3.0}, std::vector{1.0, kNan}));
  expect_none(bca_interval(9.0, {1.0, 2.0, 3.0}, jackknifed));
  expect_none(bca_interval(0.0, {1.0, 2.0, 3.0}, jackknifed));
}

TEST(BootstrapDeviationInterval, IsNoneForFewerThanThreeValuesOrANan) {
  expect_none(bootstrap_deviation_interval({}));
  expect_none(bootstrap_deviation_interval(std::vector{1.0, 2.0}));
  expect_none(bootstrap_deviation_interval(std::vector{1.0, 2.0, kNan}));
}

TEST(BootstrapDeviationInterval, IsZeroForEqualValues) {
  const Interval interval = bootstrap_deviation_interval(std::vector(10, 0.1));
  EXPECT_EQ(interval.low, 0.0);
  EXPECT_EQ(interval.high, 0.0);
}

TEST(BootstrapDeviationInterval, IsTheSameEveryTime) {
  const std::vector<double> values{1.0, 2.0, 4.0, 8.0, 16.0};
  EXPECT_EQ(bootstrap_deviation_interval(values).low, bootstrap_deviation_interval(values).low);
  EXPECT_EQ(bootstrap_deviation_interval(values).high, bootstrap_deviation_interval(values).high);
}

TEST(BootstrapDeviationInterval, DoesNotDependOnACommonOffsetAndScalesWithTheValues) {
  const std::vector<double> values{0.0, 1.0, 3.0, 7.0, 4.0, 12.0, 2.0, 5.0};
  const Interval interval = bootstrap_deviation_interval(values);
  EXPECT_LT(interval.low, sample_standard_deviation(values));
  EXPECT_GT(interval.high, sample_standard_deviation(values));
  std::vector<double> moved;
  for (const double value : values) moved.push_back(1e5 + value * 0x1p-10);
  const Interval other = bootstrap_deviation_interval(moved);
  EXPECT_NEAR(other.low / interval.low, 0x1p-10, 1e-13);
  EXPECT_NEAR(other.high / interval.high, 0x1p-10, 1e-13);
}

TEST(BootstrapDeviationCoverage, GrowsToTheNominalLevel) {
  EXPECT_TRUE(std::isnan(bootstrap_deviation_coverage(2)));
  for (std::size_t n = 4; n < 1000; ++n) {
    EXPECT_GT(bootstrap_deviation_coverage(n), bootstrap_deviation_coverage(n - 1)) << n;
  }
  EXPECT_LT(bootstrap_deviation_coverage(1000), 0.95);
}

}  // namespace
}  // namespace ndbench
