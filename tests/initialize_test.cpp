#include "ndbench/initialize.h"

#include <gmock/gmock.h>

#include <cmath>

namespace ndbench {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

/// conv (with bias) - batch norm - linear.
struct SmallImpl : torch::nn::Module {
  SmallImpl() {
    conv = register_module("conv", torch::nn::Conv2d(2, 3, 1));
    bn = register_module("bn", torch::nn::BatchNorm2d(3));
    fc = register_module("fc", torch::nn::Linear(3, 2));
  }
  at::Tensor forward(const at::Tensor& x) { return fc(bn(conv(x)).mean({2, 3})); }

  torch::nn::Conv2d conv{nullptr};
  torch::nn::BatchNorm2d bn{nullptr};
  torch::nn::Linear fc{nullptr};
};
TORCH_MODULE(Small);

TEST(FillHeNormal, HasVarianceTwoOverFan) {
  // 64 x 32 x 3 x 3: fan-in 288, fan-out 576. 18432 numbers: 5 standard errors are 2.6 %.
  for (const auto& [fan, connections] : {std::pair(Fan::kIn, 288.0), std::pair(Fan::kOut, 576.0)}) {
    const at::Tensor weight = torch::empty({64, 32, 3, 3});
    RandomStream random(1, "weight");
    fill_he_normal(weight, fan, random);
    const double expected = std::sqrt(2.0 / connections);
    EXPECT_NEAR(weight.std().item<double>(), expected, 0.026 * expected);
    EXPECT_NEAR(weight.mean().item<double>(), 0.0, 5 * expected / std::sqrt(18432.0));
  }
}

TEST(FillGlorotUniform, ReachesTheBoundOfItsFans) {
  // 64 x 32 x 3 x 3: fan-in 288, fan-out 576.
  const at::Tensor weight = torch::empty({64, 32, 3, 3});
  RandomStream random(1, "weight");
  fill_glorot_uniform(weight, random);
  const double bound = std::sqrt(6.0 / (288.0 + 576.0));
  EXPECT_LE(weight.abs().max().item<double>(), bound * (1.0 + 1e-7));
  EXPECT_GT(weight.abs().max().item<double>(), 0.999 * bound);
}

TEST(FillNormal, HasTheDeviationAskedFor) {
  // 40,000 numbers: 5 standard errors are 1.8 %.
  const at::Tensor tensor = torch::empty({200, 200});
  RandomStream random(1, "tensor");
  fill_normal(tensor, 3.0, random);
  EXPECT_NEAR(tensor.std().item<double>(), 3.0, 0.054);
}

TEST(FillUniform, FillsTheWholeIntervalAndNoMore) {
  const at::Tensor tensor = torch::empty({10'000});
  RandomStream random(1, "tensor");
  fill_uniform(tensor, 0.5, random);
  EXPECT_LE(tensor.abs().max().item<float>(), 0.5F);
  EXPECT_LT(tensor.min().item<float>(), -0.499F);
  EXPECT_GT(tensor.max().item<float>(), 0.499F);
}

TEST(Initialize, DrawsEachParameterFromTheStreamOfItsName) {
  Small network;
  initialize(*network, 42);
  // conv.weight: fan-out 3, so deviation sqrt(2 / 3).
  EXPECT_FLOAT_EQ(
      network->conv->weight.flatten()[0].item<float>(),
      static_cast<float>(std::sqrt(2.0 / 3.0) * RandomStream(42, "conv.weight").normal()));
  // fc: fan-in 3, for the bias too.
  EXPECT_FLOAT_EQ(
      network->fc->bias[0].item<float>(),
      static_cast<float>((2.0 * RandomStream(42, "fc.bias").uniform() - 1.0) / std::sqrt(3.0)));
  EXPECT_TRUE(network->conv->bias.equal(torch::zeros(3)));
  EXPECT_TRUE(network->bn->weight.equal(torch::ones(3)));
  EXPECT_TRUE(network->bn->bias.equal(torch::zeros(3)));
}

TEST(Initialize, IsAFunctionOfTheSeedAlone) {
  Small first, second, third;
  initialize(*first, 1);
  initialize(*second, 1);
  initialize(*third, 2);
  EXPECT_TRUE(first->fc->weight.equal(second->fc->weight));
  EXPECT_FALSE(first->fc->weight.equal(third->fc->weight));
}

TEST(Initialize, LeavesParametersTrainable) {
  Small network;
  initialize(*network, 1);
  EXPECT_TRUE(network->conv->weight.requires_grad());
  EXPECT_TRUE(network->conv->weight.is_leaf());
}

TEST(Initialize, RefusesALayerThatItHasNoRuleFor) {
  const torch::nn::Sequential network(torch::nn::Linear(1, 1), torch::nn::PReLU());
  EXPECT_THAT([&] { initialize(*network, 1); },
              ThrowsMessage<Error>(HasSubstr("no rule to initialize parameter '1.weight'")));
}

}  // namespace
}  // namespace ndbench
