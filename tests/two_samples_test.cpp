#include "core/two_samples.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "statistics_vectors.h"

namespace ndbench {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

const std::vector<double> kSpread{1.0, 2.0, 4.0, 7.0};

void expect_nan(const TestResult& result) {
  EXPECT_TRUE(std::isnan(result.statistic));
  EXPECT_TRUE(std::isnan(result.p));
}

void expect_test(const TestResult& result, double statistic, double p) {
  EXPECT_EQ(result.statistic, statistic);
  EXPECT_EQ(result.p, p);
}

TEST(BrownForsythe, NeedsThreeFiniteValuesOfEach) {
  // Two values are equally far from their median: nothing is left to compare.
  expect_nan(brown_forsythe(kSpread, std::vector{1.0, 2.0}));
  expect_nan(brown_forsythe({}, kSpread));
  expect_nan(brown_forsythe(kSpread, std::vector{1.0, kNan, 3.0}));
  expect_nan(brown_forsythe(kSpread, std::vector{1.0, kInfinity, 3.0}));
}

TEST(BrownForsythe, FindsNoDifferenceWithoutSpread) {
  expect_test(brown_forsythe(std::vector(3, 1.0), std::vector(4, 2.0)), 0.0, 1.0);
  expect_test(brown_forsythe(kSpread, kSpread), 0.0, 1.0);
}

TEST(BrownForsythe, IsCertainWhereAllDistancesOfASampleAgree) {
  expect_test(brown_forsythe(std::vector{-1.0, 1.0, -1.0, 1.0}, std::vector(4, 0.0)), kInfinity,
              0.0);
}

TEST(Welch, NeedsTwoFiniteValuesOfEach) {
  for (const auto& other : {std::vector<double>{}, {1.0}, {1.0, kNan}, {1.0, kInfinity}}) {
    expect_nan(welch_less(kSpread, other));
    expect_nan(welch_less(other, kSpread));
    expect_nan(welch_two_sided(kSpread, other));
  }
}

TEST(Welch, ComparesConstantsExactly) {
  const std::vector<double> one(3, 1.0);
  const std::vector<double> two(2, 2.0);
  expect_test(welch_less(one, one), 0.0, 0.5);
  expect_test(welch_less(one, two), -kInfinity, 0.0);
  expect_test(welch_less(two, one), kInfinity, 1.0);
  expect_test(welch_two_sided(one, one), 0.0, 1.0);
  expect_test(welch_two_sided(one, two), -kInfinity, 0.0);
}

TEST(Superiority, NeedsTwoValuesOfEachAndNoNan) {
  for (const auto& other : {std::vector<double>{}, {1.0}, {1.0, kNan}}) {
    const Superiority result = superiority(kSpread, other);
    EXPECT_TRUE(std::isnan(result.probability));
    EXPECT_TRUE(std::isnan(result.interval.low));
    EXPECT_TRUE(std::isnan(result.interval.high));
    EXPECT_TRUE(std::isnan(result.p));
  }
}

TEST(Superiority, CountsPairsAndHalvesTies) {
  // 2 > 1, 3 > 1 and 3 > 2; 2 = 2.
  EXPECT_DOUBLE_EQ(superiority(std::vector{2.0, 3.0}, std::vector{1.0, 2.0}).probability, 0.875);
  EXPECT_DOUBLE_EQ(superiority(std::vector{1.0, 2.0}, std::vector{2.0, 3.0}).probability, 0.125);
}

TEST(Superiority, IsNotCertainWhereOneSampleIsAboveTheOther) {
  const std::vector<double> high{5.0, 6.0, 7.0};
  const std::vector<double> low{1.0, kInfinity * -1.0, 3.0, 4.0};
  const Superiority above = superiority(high, low);
  EXPECT_EQ(above.probability, 1.0);
  // Three pairs without a common value: all three are won with 2.5 % if one is with 0.025^(1/3).
  EXPECT_NEAR(above.interval.low, 0.29240177382128663, 1e-14);
  EXPECT_EQ(above.interval.high, 1.0);
  // One order and its mirror image among 7! / (3! 4!) = 35.
  EXPECT_NEAR(above.p, 2.0 / 35.0, 1e-14);
  const Superiority below = superiority(low, high);
  EXPECT_EQ(below.probability, 0.0);
  EXPECT_EQ(below.interval.low, 0.0);
  EXPECT_NEAR(below.interval.high, 1.0 - 0.29240177382128663, 1e-14);
  EXPECT_NEAR(below.p, 2.0 / 35.0, 1e-14);
}

TEST(Superiority, IsNotCertainWhereAllValuesAreEqual) {
  const Superiority result = superiority(std::vector(4, 0.5), std::vector(9, 0.5));
  EXPECT_EQ(result.probability, 0.5);
  EXPECT_EQ(result.p, 1.0);
  // At most 1 - 0.05^(1/4) of pairs are no ties, with 95 %.
  EXPECT_NEAR(result.interval.low, 0.5 - 0.5 * (1.0 - std::pow(0.05, 0.25)), 1e-14);
  EXPECT_NEAR(result.interval.high, 0.5 + 0.5 * (1.0 - std::pow(0.05, 0.25)), 1e-14);
}

TEST(TwoSamples, AgreeWithScipy) {
  for (const auto& vector : statistics_vectors("two_samples")) {
    const std::string what = vector.dump();
    const auto a = numbers(vector.at("a"));
    const auto b = numbers(vector.at("b"));
    const auto expect_test_agrees = [&](const TestResult& result, const char* name) {
      expect_agrees(result.statistic, vector.at(name).at(0), name + what);
      expect_agrees(result.p, vector.at(name).at(1), name + what);
    };
    expect_test_agrees(brown_forsythe(a, b), "brown_forsythe");
    expect_test_agrees(welch_less(a, b), "welch_less");
    expect_test_agrees(welch_two_sided(a, b), "welch_two_sided");
    const Superiority result = superiority(a, b);
    expect_agrees(result.probability, vector.at("superiority"), "superiority " + what);
    expect_agrees(result.p, vector.at("superiority_p"), "superiority p " + what);
    expect_agrees(result.interval.low, vector.at("low"), "superiority low " + what);
    expect_agrees(result.interval.high, vector.at("high"), "superiority high " + what);
  }
}

TEST(ReplicasForEffect, AgreeWithScipy) {
  for (const auto& vector : statistics_vectors("replicas_for_effect")) {
    const double effect = vector.at("effect");
    EXPECT_EQ(replicas_for_effect(effect), vector.at("replicas").get<std::size_t>()) << effect;
    EXPECT_EQ(replicas_for_effect(-effect), vector.at("replicas").get<std::size_t>()) << effect;
  }
}

TEST(ReplicasForEffect, AreTwoForWhatCannotBeMissed) {
  EXPECT_EQ(replicas_for_effect(1e9), 2U);
  EXPECT_EQ(replicas_for_effect(kInfinity), 2U);
}

TEST(ReplicasForEffect, AreNoneForNoEffect) {
  EXPECT_EQ(replicas_for_effect(0.0), 0U);
  EXPECT_EQ(replicas_for_effect(9e-4), 0U);
  EXPECT_EQ(replicas_for_effect(kNan), 0U);
  // 2 (1.96 + 0.8416)^2 / 0.001^2.
  EXPECT_NEAR(static_cast<double>(replicas_for_effect(1e-3)), 15.7e6, 0.01e6);
}

}  // namespace
}  // namespace ndbench
