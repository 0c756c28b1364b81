#include "models/probes/sum_order.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ndbench::probes {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

/// Rounded to float32 after each addition.
double in_sequence(std::span<const double> addends) {
  float sum = 0.0F;
  for (const double addend : addends) sum += static_cast<float>(addend);
  return sum;
}

double backwards(std::span<const double> addends) {
  return in_sequence(std::vector<double>(addends.rbegin(), addends.rend()));
}

double in_halves(std::span<const double> addends) {
  if (addends.size() == 1) return addends[0];
  const std::size_t half = addends.size() / 2;
  return static_cast<float>(in_halves(addends.first(half))) +
         static_cast<float>(in_halves(addends.subspan(half)));
}

/// `chains` sums, each of every so many-th addend, added one after the other.
double strided(std::span<const double> addends, std::size_t chains) {
  std::vector<double> sums;
  for (std::size_t chain = 0; chain < chains; ++chain) {
    std::vector<double> own;
    for (std::size_t i = chain; i < addends.size(); i += chains) own.push_back(addends[i]);
    sums.push_back(in_sequence(own));
  }
  return in_sequence(sums);
}

double blocked(std::span<const double> addends, std::size_t length) {
  std::vector<double> sums;
  for (std::size_t i = 0; i < addends.size(); i += length) {
    sums.push_back(in_sequence(addends.subspan(i, std::min(length, addends.size() - i))));
  }
  return in_sequence(sums);
}

/// As a unit that aligns a few addends to the largest and cuts off what is below.
double fused(double sum, std::span<const double> group) {
  std::vector<double> addends(group.begin(), group.end());
  addends.push_back(sum);
  double largest = 0.0;
  for (const double addend : addends) largest = std::max(largest, std::abs(addend));
  const double last_place = std::ldexp(1.0, std::ilogb(largest) - 23);
  return std::accumulate(addends.begin(), addends.end(), 0.0, [&](double total, double addend) {
    return total + std::trunc(addend / last_place) * last_place;
  });
}

double in_groups(std::span<const double> addends, std::size_t size) {
  double sum = 0.0;
  for (std::size_t i = 0; i < addends.size(); i += size) sum = fused(sum, addends.subspan(i, size));
  return sum;
}

SumTree order_of(const Sum& sum, std::int64_t count) { return reveal_order(sum, count).value(); }

TEST(SumOrder, OfOneAddendIsIt) {
  const SumTree tree = order_of(in_sequence, 1);
  EXPECT_EQ(text(tree), "0");
  EXPECT_EQ(depth(tree), 0);
}

TEST(SumOrder, OfALoopIsSequential) {
  EXPECT_EQ(text(order_of(in_sequence, 4)), "(((0 1) 2) 3)");
  const SumTree tree = order_of(in_sequence, 64);
  EXPECT_EQ(kind(tree), "sequential");
  EXPECT_EQ(depth(tree), 63);
}

TEST(SumOrder, OfALoopFromTheEndIsSequentialAndAnotherOne) {
  EXPECT_EQ(text(order_of(backwards, 4)), "(0 (1 (2 3)))");
  EXPECT_EQ(kind(order_of(backwards, 256)), "sequential");
}

TEST(SumOrder, OfHalvesIsPairwise) {
  EXPECT_EQ(text(order_of(in_halves, 4)), "((0 1) (2 3))");
  for (const std::int64_t count : {64, 100, 256}) {
    const SumTree tree = order_of(in_halves, count);
    EXPECT_EQ(kind(tree), "pairwise") << count;
    EXPECT_EQ(depth(tree), std::llround(std::ceil(std::log2(count)))) << count;
  }
}

TEST(SumOrder, OfChainsTellsTheirStrideOrTheirLength) {
  const SumTree eighths =
      order_of([](std::span<const double> addends) { return strided(addends, 8); }, 64);
  EXPECT_EQ(kind(eighths), "strided by 8");
  EXPECT_EQ(depth(eighths), 7 + 7);
  const SumTree blocks =
      order_of([](std::span<const double> addends) { return blocked(addends, 16); }, 64);
  EXPECT_EQ(kind(blocks), "blocked by 16");
  EXPECT_EQ(depth(blocks), 15 + 3);
  const auto uneven = [](std::span<const double> addends) { return blocked(addends, 24); };
  EXPECT_EQ(kind(order_of(uneven, 64)), "mixed");
}

TEST(SumOrder, OfAUnitThatAddsAFewAtOnceHasNodesWithManyChildren) {
  const auto by_four = [](std::span<const double> addends) { return in_groups(addends, 4); };
  EXPECT_EQ(text(order_of(by_four, 8)), "((0 1 2 3) 4 5 6 7)");
  EXPECT_EQ(kind(order_of(by_four, 64)), "sequential in groups of 4");
  EXPECT_EQ(depth(order_of(by_four, 64)), 16);
  EXPECT_EQ(kind(order_of(by_four, 4)), "at once");
}

TEST(SumOrder, IsThereOnlyForSums) {
  const auto product = [](std::span<const double> addends) {
    return std::accumulate(addends.begin(), addends.end(), 1.0, std::multiplies<>());
  };
  const auto largest = [](std::span<const double> addends) {
    return *std::max_element(addends.begin(), addends.end());
  };
  const auto nothing = [](std::span<const double>) { return std::nan(""); };
  const auto half = [](std::span<const double>) { return 0.5; };
  for (const Sum& sum : {Sum(product), Sum(largest), Sum(nothing), Sum(half)}) {
    EXPECT_FALSE(reveal_order(sum, 8));
  }
}

TEST(SumOrder, IsTheSameInFloat64) {
  const auto sum = [](std::span<const double> addends) {
    return std::accumulate(addends.begin(), addends.end(), 0.0);
  };
  EXPECT_EQ(text(order_of(sum, 5)), "((((0 1) 2) 3) 4)");
}

TEST(SumOrder, DescribesSmallTreesWholeAndLargeOnesByAHash) {
  EXPECT_EQ(describe(order_of(in_halves, 4)), "pairwise, depth 2, ((0 1) (2 3))");
  const std::string forward = describe(order_of(in_sequence, 256));
  const std::string backward = describe(order_of(backwards, 256));
  EXPECT_THAT(forward, StartsWith("sequential, depth 255, "));
  EXPECT_EQ(forward.size(), std::string("sequential, depth 255, ").size() + 16);
  EXPECT_NE(forward, backward);
}

TEST(SumOrder, HasTheSizesOfAllSubtrees) {
  EXPECT_THAT(subtree_sizes(order_of(in_sequence, 3)), ElementsAre(1, 2, 3, 2, 1, 3, 3, 3, 1));
}

}  // namespace
}  // namespace ndbench::probes
