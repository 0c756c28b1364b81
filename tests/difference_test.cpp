#include "worker/difference.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace ndbench {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

template <typename Number>
Difference difference(const std::vector<Number>& reference, const std::vector<Number>& replica) {
  DifferenceSum sum;
  sum.add(reference.data(), replica.data(), static_cast<std::int64_t>(reference.size()));
  return sum.difference();
}

TEST(Difference, OfNothingIsNone) {
  const Difference none = difference<float>({}, {});
  EXPECT_EQ(none.elements, 0);
  EXPECT_EQ(none.v_c, 0.0);
  EXPECT_EQ(none.v_ermv, 0.0);
  EXPECT_EQ(none.distance, 0.0);
  EXPECT_TRUE(std::isnan(none.normalized_distance));
}

TEST(Difference, OfEqualNumbersIsExactlyZero) {
  const Difference none = difference<float>({1.0F, -2.5F, 1e-38F}, {1.0F, -2.5F, 1e-38F});
  EXPECT_EQ(none.elements, 3);
  EXPECT_EQ(none.differing, 0);
  EXPECT_EQ(none.v_c, 0.0);
  EXPECT_EQ(none.v_ermv, 0.0);
  EXPECT_EQ(none.unbounded, 0);
  EXPECT_EQ(none.distance, 0.0);
  EXPECT_EQ(none.normalized_distance, 0.0);
}

TEST(Difference, IsThePublishedMeasures) {
  // |A − B| / |A| is 1/2, 0, 2, 0 over four numbers.
  const Difference some = difference<double>({2.0, 4.0, -1.0, 8.0}, {1.0, 4.0, 1.0, 8.0});
  EXPECT_EQ(some.differing, 2);
  EXPECT_EQ(some.v_c, 0.5);
  EXPECT_EQ(some.v_ermv, 0.625);
  EXPECT_EQ(some.distance, std::sqrt(5.0));
}

TEST(Difference, NormalizesBothVectors) {
  // The angle between (3, 4) and (4, 3) has cosine 24/25: the distance on the unit circle is
  // sqrt(2 − 48/25). Scaled vectors have none.
  EXPECT_NEAR(difference<double>({3.0, 4.0}, {8.0, 6.0}).normalized_distance, std::sqrt(0.08),
              1e-15);
  EXPECT_EQ(difference<double>({3.0, 4.0}, {6.0, 8.0}).normalized_distance, 0.0);
  EXPECT_EQ(difference<double>({3.0, 4.0}, {-3.0, -4.0}).normalized_distance, 2.0);
  EXPECT_TRUE(std::isnan(difference<double>({3.0, 4.0}, {0.0, 0.0}).normalized_distance));
}

TEST(Difference, SeesOneUlpInAThousandNumbers) {
  std::vector<float> reference(1000, 1.0F);
  std::vector<float> replica = reference;
  replica[7] = std::nextafter(1.0F, 2.0F);
  const double ulp = std::ldexp(1.0, -23);
  const Difference one = difference(reference, replica);
  EXPECT_EQ(one.differing, 1);
  EXPECT_EQ(one.distance, ulp);
  EXPECT_DOUBLE_EQ(one.v_ermv, ulp / 1000.0);
  // ‖A‖ is sqrt(1000); what lies along A is a thousandth part of the square.
  EXPECT_NEAR(one.normalized_distance, ulp / std::sqrt(1000.0), ulp * 1e-4);
}

TEST(Difference, CountsWhatHasNoRelativeError) {
  const Difference some = difference<double>({0.0, 0.0, 0.0, 2.0}, {0.0, -0.0, 1.0, 1.0});
  EXPECT_EQ(some.differing, 2);  // zeros of both signs are the same number
  EXPECT_EQ(some.unbounded, 1);
  EXPECT_EQ(some.v_ermv, 0.125);
}

TEST(Difference, LeavesOutWhatIsNotFinite) {
  const Difference some = difference<double>({kNan, 1.0, kNan, kInfinity, kInfinity, 3.0},
                                             {kNan, kNan, 2.0, kInfinity, -kInfinity, 4.0});
  EXPECT_EQ(some.differing, 4);
  EXPECT_EQ(some.unbounded, 3);
  EXPECT_EQ(some.distance, 1.0);
  EXPECT_DOUBLE_EQ(some.v_ermv, 1.0 / 18.0);
}

TEST(Difference, AddsPiecesUp) {
  DifferenceSum pieces;
  const std::vector<float> a{1.0F, 2.0F, 3.0F};
  const std::vector<float> b{1.5F, 2.0F, 4.0F};
  pieces.add(a.data(), b.data(), 1);
  pieces.add(a.data() + 1, b.data() + 1, 2);
  EXPECT_EQ(pieces.difference().v_ermv, difference(a, b).v_ermv);
  EXPECT_EQ(pieces.difference().distance, difference(a, b).distance);
  EXPECT_EQ(pieces.difference().elements, 3);
}

}  // namespace
}  // namespace ndbench
