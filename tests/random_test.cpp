#include "ndbench/random.h"

#include <ATen/core/PhiloxRNGEngine.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <numeric>

namespace ndbench {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Lt;

using Words = std::vector<std::uint32_t>;

Words words(RandomStream random, std::size_t count) {
  Words result(count);
  std::generate(result.begin(), result.end(), [&] { return random.bits(); });
  return result;
}

TEST(RandomStream, IsPhilox4x32Of10RoundsAtZero) {
  // Random123, tests/kat_vectors, "philox4x32 10", first line.
  EXPECT_THAT(words(RandomStream(0, std::uint64_t{0}), 4),
              ElementsAre(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8));
}

TEST(RandomStream, StandsOnAnEngineThatIsPhilox4x32Of10RoundsElsewhereToo) {
  // The same file, second and third line: counters that no stream begins with.
  at::Philox4_32 ones(~std::uint64_t{0}, ~std::uint64_t{0}, ~std::uint64_t{0});
  EXPECT_THAT((Words{ones(), ones(), ones(), ones()}),
              ElementsAre(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd));
  at::Philox4_32 pi(0x299f31d0a4093822, 0x0370734413198a2e, 0x85a308d3243f6a88);
  EXPECT_THAT((Words{pi(), pi(), pi(), pi()}),
              ElementsAre(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1));
}

TEST(RandomStream, DependsOnEveryPartOfItsName) {
  const Words first = words(RandomStream(1, std::uint64_t{2}), 4);
  EXPECT_EQ(words(RandomStream(1, std::uint64_t{2}), 4), first);
  EXPECT_NE(words(RandomStream(2, std::uint64_t{2}), 4), first);
  EXPECT_NE(words(RandomStream(1 + (std::uint64_t{1} << 32), std::uint64_t{2}), 4), first);
  EXPECT_NE(words(RandomStream(1, std::uint64_t{3}), 4), first);
  EXPECT_NE(words(RandomStream(1, 2 + (std::uint64_t{1} << 32)), 4), first);
}

TEST(RandomStream, TextNamesTheStreamOfItsXxh3) {
  // XXH3_64bits of the empty text, from xxHash's own self-test.
  EXPECT_EQ(words(RandomStream(7, ""), 4),
            words(RandomStream(7, std::uint64_t{0x2d06800538d394c2}), 4));
  EXPECT_NE(words(RandomStream(7, "fc.weight"), 4), words(RandomStream(7, "fc.bias"), 4));
}

TEST(RandomStream, MoveContinues) {
  RandomStream random(1, std::uint64_t{2});
  const Words expected = words(RandomStream(1, std::uint64_t{2}), 2);
  EXPECT_EQ(random.bits(), expected[0]);
  RandomStream moved = std::move(random);
  EXPECT_EQ(moved.bits(), expected[1]);
}

TEST(Uniform, IsTheMidpointOfItsInterval) {
  // Words 0x6627e8d5, 0xe169c58d: k = 0x6627e8d5e169c, the value is (k + 0.5) / 2^52.
  EXPECT_EQ(RandomStream(0, std::uint64_t{0}).uniform(), 0x6627e8d5e169c.8p-52);
}

TEST(Uniform, HasTheMomentsOfTheUniformDistribution) {
  RandomStream random(1, "uniform");
  constexpr int kDraws = 1'000'000;
  double sum = 0.0;
  double squares = 0.0;
  for (int i = 0; i < kDraws; ++i) {
    const double u = random.uniform();
    ASSERT_GT(u, 0.0);
    ASSERT_LT(u, 1.0);
    sum += u;
    squares += u * u;
  }
  // Five standard errors: deviation of u is 0.2887, of u^2 is 0.2981.
  EXPECT_NEAR(sum / kDraws, 1.0 / 2.0, 5 * 0.2887e-3);
  EXPECT_NEAR(squares / kDraws, 1.0 / 3.0, 5 * 0.2981e-3);
}

TEST(Normal, HasTheseBitsEverywhere) {
  RandomStream random(1, std::uint64_t{0});
  EXPECT_EQ(random.normal(), 0x1.3a5827212ea9p+0);
  EXPECT_EQ(random.normal(), 0x1.bb85ef052de59p-3);
  EXPECT_EQ(random.normal(), 0x1.c820d3008a01ap-2);
  EXPECT_EQ(random.normal(), -0x1.f57d319ebb343p-5);
}

TEST(Normal, IsTheQuantileOfTheUniformDrawn) {
  const boost::math::normal_distribution<double> distribution;
  double worst = 0.0;
  double largest = 0.0;
  for (std::uint64_t stream = 0; stream < 200'000; ++stream) {
    const double expected = quantile(distribution, RandomStream(3, stream).uniform());
    const double value = RandomStream(3, stream).normal();
    worst = std::max(worst, std::fabs(value - expected) / std::fabs(expected));
    largest = std::max(largest, std::fabs(value));
  }
  EXPECT_LT(worst, 1e-14);
  EXPECT_GT(largest, 4.0) << "no draw reached the tail";
}

TEST(Normal, HasTheMomentsOfTheNormalDistribution) {
  RandomStream random(1, "normal");
  constexpr int kDraws = 1'000'000;
  double sum = 0.0;
  double squares = 0.0;
  double fourths = 0.0;
  for (int i = 0; i < kDraws; ++i) {
    const double x = random.normal();
    sum += x;
    squares += x * x;
    fourths += x * x * x * x;
  }
  // Five standard errors: the variances are 1, 3 - 1 and 105 - 9.
  EXPECT_NEAR(sum / kDraws, 0.0, 5 * 1.0e-3);
  EXPECT_NEAR(squares / kDraws, 1.0, 5 * 1.415e-3);
  EXPECT_NEAR(fourths / kDraws, 3.0, 5 * 9.798e-3);
}

TEST(Below, OneLeavesOnlyZero) {
  RandomStream random(1, std::uint64_t{0});
  EXPECT_EQ(random.below(1), 0U);
  EXPECT_EQ(random.below(1), 0U);
}

TEST(Below, ReachesEveryValueAboutEquallyOften) {
  RandomStream random(1, std::uint64_t{0});
  std::vector<int> counts(3);
  for (int i = 0; i < 30'000; ++i) {
    ++counts.at(random.below(3));
  }
  // Deviation of each count: sqrt(30000 * 1/3 * 2/3) = 81.6.
  EXPECT_THAT(counts, Each(testing::AllOf(testing::Gt(10'000 - 409), Lt(10'000 + 409))));
}

TEST(Below, IsUnbiasedWhereTheRemainderWouldBeBiased) {
  // 2^64 mod bound is bound / 3 here: without rejection the lower third came up twice as often.
  constexpr std::uint64_t kBound = 0xc000000000000000;
  RandomStream random(1, std::uint64_t{0});
  int lower_third = 0;
  for (int i = 0; i < 30'000; ++i) {
    const std::uint64_t value = random.below(kBound);
    ASSERT_LT(value, kBound);
    lower_third += value < kBound / 3 ? 1 : 0;
  }
  EXPECT_NEAR(lower_third, 10'000, 409);
}

TEST(Permutation, OfNothingAndOfOne) {
  RandomStream random(1, std::uint64_t{0});
  EXPECT_THAT(random.permutation(0), IsEmpty());
  EXPECT_THAT(random.permutation(1), ElementsAre(0));
}

TEST(Permutation, HoldsEachIndexOnce) {
  std::vector<std::int64_t> order = RandomStream(1, std::uint64_t{0}).permutation(60'000);
  std::vector<std::int64_t> expected(60'000);
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_NE(order, expected);
  std::sort(order.begin(), order.end());
  EXPECT_EQ(order, expected);
}

TEST(Permutation, HasThisOrderEverywhere) {
  EXPECT_THAT(RandomStream(5, std::uint64_t{1}).permutation(5), ElementsAre(3, 4, 2, 1, 0));
}

TEST(Permutation, EveryOrderOfThreeIsEquallyLikely) {
  std::vector<int> counts(6);
  for (std::uint64_t stream = 0; stream < 6000; ++stream) {
    const auto order = RandomStream(1, stream).permutation(3);
    ++counts.at(static_cast<std::size_t>(order[0] * 2 + (order[1] > order[2] ? 1 : 0)));
  }
  // Deviation of each count: sqrt(6000 * 1/6 * 5/6) = 28.9.
  EXPECT_THAT(counts, Each(testing::AllOf(testing::Gt(1000 - 145), Lt(1000 + 145))));
}

}  // namespace
}  // namespace ndbench
