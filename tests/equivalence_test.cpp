#include "core/equivalence.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/two_samples.h"
#include "statistics_vectors.h"

namespace ndbench {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

const std::vector<double> kSpread{1.0, 2.0, 4.0, 7.0};

TEST(Equivalence, NeedsTwoFiniteValuesOfEach) {
  for (const auto& other : {std::vector<double>{}, {1.0}, {1.0, kNan}}) {
    EXPECT_TRUE(std::isnan(equivalent_means_p(kSpread, other, 1.0)));
    EXPECT_TRUE(std::isnan(equivalent_means_p(other, kSpread, 1.0)));
    EXPECT_TRUE(std::isnan(equivalent_deviations_p(kSpread, other, 2.0)));
    EXPECT_TRUE(std::isnan(equivalent_deviations_p(other, kSpread, 2.0)));
  }
}

TEST(Equivalence, OfConstantsIsCertain) {
  const std::vector<double> one(3, 0.1);
  EXPECT_EQ(equivalent_means_p(one, one, 0.01), 0.0);
  EXPECT_EQ(equivalent_means_p(one, std::vector(3, 0.105), 0.01), 0.0);
  EXPECT_EQ(equivalent_means_p(one, std::vector(3, 0.2), 0.01), 1.0);
  EXPECT_EQ(equivalent_deviations_p(one, std::vector(4, 9.0), 2.0), 0.0);
  EXPECT_EQ(equivalent_deviations_p(one, kSpread, 2.0), 1.0);
}

TEST(Equivalence, TakesBothSidesAlike) {
  const std::vector<double> other{1.5, 2.5, 3.0, 9.0, 4.0};
  EXPECT_DOUBLE_EQ(equivalent_means_p(kSpread, other, 3.0),
                   equivalent_means_p(other, kSpread, 3.0));
  EXPECT_NEAR(equivalent_deviations_p(kSpread, other, 3.0),
              equivalent_deviations_p(other, kSpread, 3.0), 1e-14);
}

TEST(Intervals, OfDifferencesNeedSpread) {
  const std::vector<double> constant(3, 1.0);
  EXPECT_TRUE(std::isnan(mean_difference_interval(constant, constant).low));
  EXPECT_TRUE(std::isnan(mean_difference_interval(kSpread, std::vector{1.0}).low));
  EXPECT_TRUE(std::isnan(deviation_ratio_interval(kSpread, constant).low));
  EXPECT_TRUE(std::isnan(deviation_ratio_interval(constant, kSpread).low));
}

TEST(Equivalence, AgreesWithScipy) {
  for (const auto& vector : statistics_vectors("equivalence")) {
    const std::string what = vector.dump();
    const auto a = numbers(vector.at("a"));
    const auto b = numbers(vector.at("b"));
    expect_agrees(equivalent_means_p(a, b, vector.at("margin")), vector.at("means_p"), what);
    expect_agrees(equivalent_deviations_p(a, b, vector.at("factor")), vector.at("deviations_p"),
                  what);
    const Interval means = mean_difference_interval(a, b);
    expect_agrees(means.low, vector.at("means").at(0), what);
    expect_agrees(means.high, vector.at("means").at(1), what);
    const Interval deviations = deviation_ratio_interval(a, b);
    expect_agrees(deviations.low, vector.at("deviations").at(0), what);
    expect_agrees(deviations.high, vector.at("deviations").at(1), what);
  }
}

}  // namespace
}  // namespace ndbench
