#include "core/permutation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "statistics_vectors.h"

namespace ndbench {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(Permutation, NeedsTwoFiniteValuesOfEach) {
  const std::vector<double> values{1.0, 2.0, 4.0};
  for (const auto& other : {std::vector<double>{}, {1.0}, {1.0, kNan}, {1.0, kInfinity}}) {
    EXPECT_TRUE(std::isnan(permutation_test(values, other).p));
    EXPECT_TRUE(std::isnan(permutation_test(other, values).p));
  }
}

TEST(Permutation, CountsSplits) {
  // Of 20 splits of 1 … 6 into three and three only 1 2 3 | 4 5 6 and its mirror image are as far
  // apart.
  EXPECT_DOUBLE_EQ(permutation_test(std::vector{1.0, 2.0, 3.0}, std::vector{6.0, 4.0, 5.0}).p, 0.1);
  // 1 2 | 3 4, 3 4 | 1 2; all six are as far apart as none.
  EXPECT_DOUBLE_EQ(permutation_test(std::vector{3.0, 4.0}, std::vector{1.0, 2.0}).p, 2.0 / 6.0);
  EXPECT_DOUBLE_EQ(permutation_test(std::vector{1.0, 4.0}, std::vector{2.0, 3.0}).p, 1.0);
}

TEST(Permutation, OfEqualValuesFindsNothing) {
  EXPECT_EQ(permutation_test(std::vector(4, 0.1), std::vector(4, 0.1)).p, 1.0);
  EXPECT_EQ(permutation_test(std::vector(30, 0.1), std::vector(30, 0.1)).p, 1.0);
}

TEST(Permutation, OfConstantsIsAsCertainAsTheirNumberAllows) {
  const TestResult result = permutation_test(std::vector(4, 0.1), std::vector(4, 0.3));
  EXPECT_EQ(result.statistic, kInfinity);
  EXPECT_DOUBLE_EQ(result.p, 2.0 / 70.0);
}

TEST(Permutation, TakesBothSidesAlike) {
  const std::vector<double> a{1.0, 1.1, 1.3, 1.2};
  const std::vector<double> b{1.2, 1.4, 1.25, 1.6, 1.5};
  EXPECT_DOUBLE_EQ(permutation_test(a, b).p, permutation_test(b, a).p);
}

TEST(Permutation, DrawsWhatItCannotTryOut) {
  std::mt19937_64 generator(1);
  std::normal_distribution<double> normal;
  std::vector<double> a(30);
  std::vector<double> b(40);
  for (double& value : a) value = normal(generator);
  for (double& value : b) value = normal(generator) + 0.5;
  const double p = permutation_test(a, b).p;
  EXPECT_EQ(p, permutation_test(a, b).p);
  // Of so many values the test is nearly Welch's.
  EXPECT_NEAR(p, welch_two_sided(a, b).p, 0.005);
  for (double& value : b) value += 10.0;
  EXPECT_EQ(permutation_test(a, b).p, least_permutation_p(30, 40));
}

TEST(Permutation, SaysHowSmallPCanBe) {
  EXPECT_EQ(least_permutation_p(1, 9), 1.0);
  EXPECT_DOUBLE_EQ(least_permutation_p(3, 3), 0.1);
  EXPECT_DOUBLE_EQ(least_permutation_p(3, 4), 1.0 / 35.0);
  EXPECT_DOUBLE_EQ(least_permutation_p(6, 6), 2.0 / 924.0);
  EXPECT_DOUBLE_EQ(least_permutation_p(100, 100), 1e-5);
  EXPECT_EQ(values_for_permutation_p(0.05), 4U);
  EXPECT_EQ(values_for_permutation_p(0.05 / 100), 8U);
  EXPECT_EQ(values_for_permutation_p(1e-9), 0U);
}

TEST(Permutation, AgreesWithScipy) {
  for (const auto& vector : statistics_vectors("permutation")) {
    const std::string what = vector.dump();
    const auto a = numbers(vector.at("a"));
    const auto b = numbers(vector.at("b"));
    const TestResult result = permutation_test(a, b);
    expect_agrees(result.statistic, vector.at("statistic"), what);
    expect_agrees(result.p, vector.at("p"), what);
    expect_agrees(least_permutation_p(a.size(), b.size()), vector.at("least_p"), what);
  }
}

}  // namespace
}  // namespace ndbench
