#include "ndbench/dropout.h"

#include <gmock/gmock.h>

#include <cmath>

namespace ndbench {
namespace {

const torch::Device kCpu(torch::kCPU);

KeepMask mask_of(std::uint64_t seed) {
  KeepMask mask;
  mask.seed(seed);
  return mask;
}

TEST(KeepMask, IsTheDocumentedFunctionOfSeedAndIndex) {
  // SplitMix64 of the counter, but for the mixing's last xor, worked out in plain integers.
  const auto kept = [](std::uint64_t seed, std::uint64_t call, std::uint64_t i) {
    std::uint64_t z = seed + 0x9e3779b97f4a7c15 * ((call << 32) + i + 1);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return (z >> 33) >= (std::uint64_t{1} << 31) / 4;
  };
  KeepMask mask = mask_of(0xfedcba9876543210);
  for (std::uint64_t call = 0; call < 3; ++call) {
    const at::Tensor drawn = mask.draw(100, 0.25, kCpu);
    for (std::int64_t i = 0; i < 100; ++i) {
      EXPECT_EQ(drawn[i].item<float>() > 0.0F,
                kept(0xfedcba9876543210, call, static_cast<std::uint64_t>(i)));
    }
  }
}

TEST(KeepMask, DropsTheShareAskedForAndKeepsTheMean) {
  for (const double drop : {0.001, 0.2, 0.5, 0.9}) {
    const at::Tensor drawn = mask_of(7).draw(200'000, drop, kCpu);
    // 5 standard errors.
    const double tolerance = 5.0 * std::sqrt(drop * (1.0 - drop) / 200'000.0);
    EXPECT_NEAR(drawn.eq(0.0).to(at::kDouble).mean().item<double>(), drop, tolerance);
    EXPECT_FLOAT_EQ(drawn.max().item<float>(), static_cast<float>(1.0 / (1.0 - drop)));
  }
}

TEST(KeepMask, DecisionsNeitherRepeatNorFollowEachOther) {
  // Correlation of neighbours, of successive calls and of neighbouring seeds: 5 standard errors.
  constexpr std::int64_t kCount = 100'000;
  const auto correlation = [](const at::Tensor& a, const at::Tensor& b) {
    const at::Tensor x = a.to(at::kDouble) - 1.0;
    const at::Tensor y = b.to(at::kDouble) - 1.0;
    return (x * y).mean().item<double>();
  };
  KeepMask mask = mask_of(1);
  const at::Tensor first = mask.draw(kCount, 0.5, kCpu);
  const at::Tensor second = mask.draw(kCount, 0.5, kCpu);
  const at::Tensor other = mask_of(2).draw(kCount, 0.5, kCpu);
  const double tolerance = 5.0 / std::sqrt(static_cast<double>(kCount));
  EXPECT_NEAR(correlation(first, second), 0.0, tolerance);
  EXPECT_NEAR(correlation(first, other), 0.0, tolerance);
  EXPECT_NEAR(correlation(first.slice(0, 1), first.slice(0, 0, kCount - 1)), 0.0, tolerance);
}

TEST(KeepMask, IsTheSameForAnyNumberOfThreads) {
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const at::Tensor one = mask_of(3).draw(300'000, 0.5, kCpu);
  at::set_num_threads(4);
  const at::Tensor four = mask_of(3).draw(300'000, 0.5, kCpu);
  at::set_num_threads(threads);
  EXPECT_TRUE(one.equal(four));
}

TEST(Dropout, ActsOnElementsWhileTrainingAlone) {
  Dropout dropout(0.5);
  const at::Tensor input = torch::ones({50, 20});
  const at::Tensor output = dropout(input);
  EXPECT_EQ(output.eq(0.0).logical_or(output.eq(2.0)).all().item<bool>(), true);
  EXPECT_GT(output.eq(0.0).sum().item<int>(), 400);
  EXPECT_LT(output.eq(0.0).sum().item<int>(), 600);
  dropout->eval();
  EXPECT_TRUE(dropout(input).equal(input));
}

TEST(StochasticDepth, DropsWholeExamples) {
  StochasticDepth depth(0.5);
  const at::Tensor output = depth(torch::ones({64, 3, 2, 2}));
  for (std::int64_t n = 0; n < 64; ++n) {
    EXPECT_TRUE(output[n].eq(output[n][0][0][0]).all().item<bool>()) << n;
  }
  const int dropped = output.select(1, 0).select(1, 0).select(1, 0).eq(0.0).sum().item<int>();
  EXPECT_GT(dropped, 12);
  EXPECT_LT(dropped, 52);
}

TEST(SeedDropout, GivesEachLayerTheStreamOfItsName) {
  const auto outputs = [](std::uint64_t seed) {
    torch::nn::Sequential network(Dropout(0.5), Dropout(0.5));
    seed_dropout(*network, seed);
    const at::Tensor input = torch::ones({200});
    return std::pair(network->ptr<DropoutImpl>(0)->forward(input),
                     network->ptr<DropoutImpl>(1)->forward(input));
  };
  const auto [a, b] = outputs(1);
  const auto [again_a, again_b] = outputs(1);
  const auto [other_a, other_b] = outputs(2);
  EXPECT_TRUE(a.equal(again_a));
  EXPECT_TRUE(b.equal(again_b));
  EXPECT_FALSE(a.equal(b));
  EXPECT_FALSE(a.equal(other_a));
}

TEST(SeedDropout, GivesEachShardItsOwnStreamAndTheFirstThatOfAWholeBatch) {
  const auto output = [](auto... shard) {
    torch::nn::Sequential network(Dropout(0.5));
    seed_dropout(*network, 1, shard...);
    return network->ptr<DropoutImpl>(0)->forward(torch::ones({200}));
  };
  EXPECT_TRUE(output().equal(output(0U)));
  EXPECT_FALSE(output().equal(output(1U)));
  EXPECT_FALSE(output(1U).equal(output(2U)));
  EXPECT_TRUE(output(2U).equal(output(2U)));
}

TEST(DisableDropout, SwitchesOffEveryRandomLayer) {
  torch::nn::Sequential network(Dropout(0.5), StochasticDepth(0.5));
  disable_dropout(*network);
  const at::Tensor input = torch::ones({100, 1});
  EXPECT_TRUE(network->forward(input).equal(input));
}

}  // namespace
}  // namespace ndbench
