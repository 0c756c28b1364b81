#include "core/seeds.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace ndbench {
namespace {

const Mode kFixed{.name = "fixed", .tooling = {{"deterministic", true}}};
const Mode kNoisy{.name = "noisy", .init = true, .order = true, .augment = true, .dropout = true};

void expect_equal(const Seeds& a, const Seeds& b) {
  EXPECT_EQ(a.init, b.init);
  EXPECT_EQ(a.order, b.order);
  EXPECT_EQ(a.augment, b.augment);
  EXPECT_EQ(a.dropout, b.dropout);
}

// Made by tests/reference/seeds_vectors.py. A change here makes every stored result incomparable.
TEST(Seeds, KeepTheirValuesForever) {
  const Seeds first = seeds_for(2021, "resnet8", kNoisy, 0);
  EXPECT_EQ(first.init, 0x609f8aa67fba4399U);
  EXPECT_EQ(first.order, 0x2ac710ebf2fb727aU);
  EXPECT_EQ(first.augment, 0xe47c211a5f0deae4U);
  EXPECT_EQ(first.dropout, 0x5f880f8295f994f2U);
  const Seeds fourth = seeds_for(2021, "resnet8", kNoisy, 3);
  EXPECT_EQ(fourth.init, 0xca85daff0d024f72U);
  EXPECT_EQ(fourth.order, 0x6057e3cbc54793a9U);
  EXPECT_EQ(fourth.augment, 0x6e56489f121b1b9eU);
  EXPECT_EQ(fourth.dropout, 0xc063ec1697c84e7eU);
}

TEST(Seeds, AreTheSameInEveryReplicaIfNothingVaries) {
  expect_equal(seeds_for(2021, "resnet8", kFixed, 0), seeds_for(2021, "resnet8", kFixed, 99999));
}

TEST(Seeds, OfReplicaZeroAreTheSameInEveryMode) {
  for (const Mode& mode : built_in_modes()) {
    expect_equal(seeds_for(7, "autoencoder", mode, 0), seeds_for(7, "autoencoder", kFixed, 0));
  }
}

TEST(Seeds, ChangeOnlyForTheFactorThatVaries) {
  const Mode order_only{.name = "order-only", .order = true, .tooling = {{"deterministic", true}}};
  const Seeds varied = seeds_for(2021, "resnet8", order_only, 3);
  const Seeds still = seeds_for(2021, "resnet8", kFixed, 3);
  EXPECT_EQ(varied.init, still.init);
  EXPECT_EQ(varied.order, seeds_for(2021, "resnet8", kNoisy, 3).order);
  EXPECT_NE(varied.order, still.order);
  EXPECT_EQ(varied.augment, still.augment);
  EXPECT_EQ(varied.dropout, still.dropout);
}

TEST(Seeds, DifferBetweenSuiteSeedsModelsFactorsAndReplicas) {
  std::set<std::uint64_t> seen;
  for (const std::uint64_t suite_seed : {0U, 1U, 11U}) {
    for (const std::string model : {"a", "b", "1\na"}) {
      for (const int replica : {0, 1, 11}) {
        const Seeds seeds = seeds_for(suite_seed, model, kNoisy, replica);
        seen.insert({seeds.init, seeds.order, seeds.augment, seeds.dropout});
      }
    }
  }
  EXPECT_EQ(seen.size(), 3U * 3U * 3U * 4U);
}

const Mode kUlp{.name = "ulp", .ulp = true, .tooling = {{"deterministic", true}}};

// Made by tests/reference/seeds_vectors.py.
TEST(UlpSeed, KeepsItsValuesForever) {
  EXPECT_EQ(ulp_seed_for(2021, "resnet8", kUlp, 1), 0xe1e4317c703178e5U);
  EXPECT_EQ(ulp_seed_for(2021, "resnet8", kUlp, 3), 0x33a9fe8302104d9eU);
}

TEST(UlpSeed, MovesNoWeightInReplicaZeroAndWhereUlpDoesNotVary) {
  EXPECT_EQ(ulp_seed_for(2021, "resnet8", kUlp, 0), 0U);
  EXPECT_EQ(ulp_seed_for(2021, "resnet8", kFixed, 1), 0U);
  EXPECT_EQ(ulp_seed_for(2021, "resnet8", kNoisy, 1), 0U);
}

TEST(UlpSeed, DiffersBetweenSuiteSeedsModelsAndReplicas) {
  std::set<std::uint64_t> seen;
  for (const std::uint64_t suite_seed : {0U, 1U, 11U}) {
    for (const std::string model : {"a", "b", "1\na"}) {
      for (const int replica : {1, 2, 11}) {
        seen.insert(ulp_seed_for(suite_seed, model, kUlp, replica));
      }
    }
  }
  EXPECT_EQ(seen.size(), 3U * 3U * 3U);
}

}  // namespace
}  // namespace ndbench
