#include "core/paired_ratio.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "ndbench/error.h"

namespace ndbench {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Of times that were measured together.
Ratio paired_ratio(const std::vector<double>& numerator, const std::vector<double>& denominator) {
  std::vector<double> log_ratios;
  for (std::size_t i = 0; i < numerator.size(); ++i) {
    log_ratios.push_back(std::log(numerator[i] / denominator[i]));
  }
  return ratio_of(log_ratios);
}

// As shares of a ratio: logarithms and exponentials round.
void expect_relative(double value, double expected) { EXPECT_NEAR(value / expected, 1.0, 1e-12); }

TEST(PairedRatio, IsNanForNoPairs) {
  const Ratio none = paired_ratio({}, {});
  EXPECT_EQ(none.pairs, 0U);
  EXPECT_TRUE(std::isnan(none.ratio));
  EXPECT_TRUE(std::isnan(none.interval.low));
  EXPECT_TRUE(std::isnan(none.interval.high));
  EXPECT_TRUE(std::isnan(none.minimum_detectable_effect));
  EXPECT_TRUE(std::isnan(none.half_width()));
  EXPECT_EQ(verdict_of(none), CostVerdict::kRefused);
}

TEST(PairedRatio, HasNoIntervalUnderSixPairs) {
  const Ratio five =
      paired_ratio(std::vector{3.0, 6.0, 5.0, 1.0, 2.0}, std::vector{2.0, 1.0, 1.0, 1.0, 1.0});
  EXPECT_EQ(five.pairs, 5U);
  expect_relative(five.ratio, 2.0);
  EXPECT_TRUE(std::isnan(five.interval.low));
  EXPECT_TRUE(std::isnan(five.interval.high));
  EXPECT_TRUE(std::isnan(five.minimum_detectable_effect));
  EXPECT_EQ(verdict_of(five), CostVerdict::kRefused);
  EXPECT_EQ(pairs_needed(five, 0.02), 0U);
}

TEST(PairedRatio, IsExactlyOneWithoutWidthForEqualTimes) {
  const std::vector<double> times{0.25, 0.3, 0.1, 0.7, 0.9, 0.4};
  const Ratio equal = paired_ratio(times, times);
  EXPECT_EQ(equal.ratio, 1.0);
  EXPECT_EQ(equal.overhead(), 0.0);
  EXPECT_EQ(equal.interval.low, 1.0);
  EXPECT_EQ(equal.interval.high, 1.0);
  EXPECT_EQ(equal.half_width(), 0.0);
  EXPECT_EQ(equal.minimum_detectable_effect, 0.0);
  EXPECT_EQ(verdict_of(equal), CostVerdict::kNone);
  EXPECT_EQ(pairs_needed(equal, 0.02), 6U);
}

TEST(PairedRatio, CancelsWhatBothTimesOfAPairShare) {
  // Each pair twice as slow as the one before, the ratio always 2.
  const Ratio ratio = paired_ratio(std::vector{2.0, 4.0, 8.0, 16.0, 32.0, 64.0},
                                   std::vector{1.0, 2.0, 4.0, 8.0, 16.0, 32.0});
  EXPECT_DOUBLE_EQ(ratio.ratio, 2.0);
  EXPECT_DOUBLE_EQ(ratio.interval.low, 2.0);
  EXPECT_DOUBLE_EQ(ratio.interval.high, 2.0);
  EXPECT_EQ(verdict_of(ratio), CostVerdict::kCosts);
}

TEST(PairedRatio, IgnoresOneDisturbedPair) {
  const Ratio ratio =
      paired_ratio(std::vector{1.0, 1.0, 1.0, 50.0, 1.0, 1.0, 1.0, 1.0, 1.0}, std::vector(9, 1.0));
  EXPECT_EQ(ratio.ratio, 1.0);
  EXPECT_EQ(ratio.interval.high, 1.0);
}

TEST(PairedRatio, InvertsWhenItsArgumentsSwap) {
  const std::vector<double> a{1.21, 1.19, 1.25, 1.22, 1.18, 1.23};
  const std::vector<double> b{1.00, 1.01, 0.99, 1.00, 1.02, 1.00};
  const Ratio ab = paired_ratio(a, b);
  const Ratio ba = paired_ratio(b, a);
  EXPECT_DOUBLE_EQ(ab.ratio * ba.ratio, 1.0);
  EXPECT_DOUBLE_EQ(ab.interval.low * ba.interval.high, 1.0);
  expect_relative(ab.minimum_detectable_effect, ba.minimum_detectable_effect);
  expect_relative(ab.half_width(), ba.half_width());
  EXPECT_EQ(verdict_of(ab), CostVerdict::kCosts);
  EXPECT_EQ(verdict_of(ba), CostVerdict::kSaves);
}

TEST(PairedRatio, TakesTheMedianOfLogRatios) {
  // The middle two of an even number: their geometric mean.
  const std::vector<double> ratios{1.0, 1.0, 2.0, 8.0, 9.0, 9.0};
  expect_relative(paired_ratio(ratios, std::vector(6, 1.0)).ratio, 4.0);
}

TEST(CostVerdict, NeedsAnIntervalWithoutOneAndADetectableChange) {
  const auto verdict = [](double ratio, double low, double high, double effect) {
    return verdict_of({ratio, {low, high}, effect, 10});
  };
  EXPECT_EQ(verdict(1.10, 0.99, 1.20, 0.05), CostVerdict::kNone);
  EXPECT_EQ(verdict(1.10, 1.00, 1.20, 0.05), CostVerdict::kNone);
  EXPECT_EQ(verdict(1.10, 1.01, 1.20, 0.15), CostVerdict::kInconclusive);
  EXPECT_EQ(verdict(1.10, 1.01, 1.20, 0.09), CostVerdict::kCosts);
  // What costs 25 % one way saves 20 % the other.
  EXPECT_EQ(verdict(0.80, 0.75, 0.85, 0.24), CostVerdict::kSaves);
  EXPECT_EQ(verdict(0.80, 0.75, 0.85, 0.26), CostVerdict::kInconclusive);
  EXPECT_EQ(verdict(1.10, kNan, kNan, kNan), CostVerdict::kRefused);
}

TEST(Ratio, HasHalfTheWidthOfItsIntervalInLogarithms) {
  // From 1/1.1 to 1.1.
  const Ratio ratio{1.0, {1.0 / 1.1, 1.1}, 0.2, 10};
  EXPECT_NEAR(ratio.half_width(), 0.1, 1e-12);
  EXPECT_NEAR((Ratio{2.0, {2.0 / 1.1, 2.2}, 0.2, 10}).half_width(), 0.1, 1e-12);
}

TEST(PairsNeeded, GrowWithTheSquareOfTheWidth) {
  const double width = std::exp(0.04);
  const Ratio ratio{1.0, {1.0 / width, width}, 0.2, 10};
  EXPECT_EQ(pairs_needed(ratio, std::expm1(0.0399)), 11U);
  EXPECT_EQ(pairs_needed(ratio, std::expm1(0.02001)), 40U);
  EXPECT_EQ(pairs_needed(ratio, std::expm1(0.01001)), 160U);
  EXPECT_EQ(pairs_needed(ratio, 0.5), 6U);
}

TEST(PairsNeeded, AreMoreThanCanBeCountedForAnEndlessInterval) {
  EXPECT_EQ(pairs_needed({1.0, {0.0, kInfinity}, kInfinity, 10}, 0.01),
            std::numeric_limits<std::size_t>::max());
}

TEST(PairsNeeded, RefusesAPrecisionThatIsNoShare) {
  for (const double bad : {0.0, -0.01, kNan, kInfinity}) {
    EXPECT_THROW((void)pairs_needed({1.0, {0.9, 1.1}, 0.2, 10}, bad), Error) << bad;
  }
}

}  // namespace
}  // namespace ndbench
