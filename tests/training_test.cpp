#include "ndbench/training.h"

#include <gmock/gmock.h>

#include <cmath>

namespace ndbench {
namespace {

using testing::ElementsAre;
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

void step(Small& network, torch::optim::Optimizer& optimizer) {
  clear_gradients(optimizer);
  network(torch::arange(16, at::kFloat).view({2, 2, 2, 2})).square().sum().backward();
  optimizer.step();
}

std::vector<std::string> state_names(const Small& network,
                                     const torch::optim::Optimizer& optimizer) {
  std::vector<std::string> names;
  visit_training_state(*network, optimizer,
                       [&](const std::string& name, const at::Tensor&) { names.push_back(name); });
  return names;
}

at::Tensor state(const Small& network, const torch::optim::Optimizer& optimizer,
                 const std::string& wanted) {
  at::Tensor result;
  visit_training_state(*network, optimizer, [&](const std::string& name, const at::Tensor& value) {
    if (name == wanted) {
      result = value.clone();
    }
  });
  return result;
}

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

TEST(ClearGradients, LeavesNone) {
  Small network;
  torch::optim::SGD optimizer(network->parameters(), torch::optim::SGDOptions(0.1));
  step(network, optimizer);
  ASSERT_TRUE(network->fc->weight.grad().defined());
  clear_gradients(optimizer);
  for (const at::Tensor& parameter : network->parameters()) {
    EXPECT_FALSE(parameter.grad().defined());
  }
}

TEST(EvaluationMode, LastsAsLongAsItLives) {
  Small network;
  {
    const EvaluationMode evaluation_mode(*network);
    EXPECT_FALSE(network->bn->is_training());
    EXPECT_FALSE(torch::GradMode::is_enabled());
  }
  EXPECT_TRUE(network->bn->is_training());
  EXPECT_TRUE(torch::GradMode::is_enabled());
}

TEST(VisitTrainingState, BeforeTheFirstStepHasNoOptimizerState) {
  Small network;
  const torch::optim::SGD optimizer(network->parameters(),
                                    torch::optim::SGDOptions(0.1).momentum(0.9));
  EXPECT_THAT(state_names(network, optimizer),
              ElementsAre("parameters/conv.weight", "parameters/conv.bias", "parameters/bn.weight",
                          "parameters/bn.bias", "parameters/fc.weight", "parameters/fc.bias",
                          "buffers/bn.running_mean", "buffers/bn.running_var",
                          "buffers/bn.num_batches_tracked"));
}

TEST(VisitTrainingState, OfSgdHasTheMomentum) {
  Small network;
  torch::optim::SGD optimizer(network->parameters(), torch::optim::SGDOptions(0.1).momentum(0.9));
  step(network, optimizer);
  const auto names = state_names(network, optimizer);
  EXPECT_THAT(
      std::vector(names.begin() + 9, names.end()),
      ElementsAre("optimizer/conv.weight/momentum_buffer", "optimizer/conv.bias/momentum_buffer",
                  "optimizer/bn.weight/momentum_buffer", "optimizer/bn.bias/momentum_buffer",
                  "optimizer/fc.weight/momentum_buffer", "optimizer/fc.bias/momentum_buffer"));
  // The first momentum is the gradient itself.
  EXPECT_TRUE(state(network, optimizer, "optimizer/fc.weight/momentum_buffer")
                  .equal(network->fc->weight.grad()));
}

TEST(VisitTrainingState, OfSgdWithoutMomentumHasNothing) {
  Small network;
  torch::optim::SGD optimizer(network->parameters(), torch::optim::SGDOptions(0.1));
  step(network, optimizer);
  EXPECT_EQ(state_names(network, optimizer).size(), 9U);
}

TEST(VisitTrainingState, OfAdamHasStepsAndMoments) {
  Small network;
  torch::optim::Adam optimizer(network->parameters());
  step(network, optimizer);
  step(network, optimizer);
  const auto names = state_names(network, optimizer);
  ASSERT_EQ(names.size(), 9U + 6U * 3U);
  EXPECT_THAT(std::vector(names.begin() + 9, names.begin() + 12),
              ElementsAre("optimizer/conv.weight/step", "optimizer/conv.weight/exp_avg",
                          "optimizer/conv.weight/exp_avg_sq"));
  EXPECT_EQ(state(network, optimizer, "optimizer/fc.bias/step").item<std::int64_t>(), 2);
  EXPECT_EQ(state(network, optimizer, "optimizer/fc.bias/exp_avg").sizes(),
            network->fc->bias.sizes());
}

TEST(VisitTrainingState, SkipsAParameterThatWasNotStepped) {
  Small network;
  torch::optim::SGD optimizer(network->fc->parameters(),
                              torch::optim::SGDOptions(0.1).momentum(0.9));
  step(network, optimizer);
  const auto names = state_names(network, optimizer);
  EXPECT_THAT(
      std::vector(names.begin() + 9, names.end()),
      ElementsAre("optimizer/fc.weight/momentum_buffer", "optimizer/fc.bias/momentum_buffer"));
}

TEST(VisitTrainingState, RefusesAnOptimizerThatItDoesNotKnow) {
  Small network;
  torch::optim::RMSprop optimizer(network->parameters());
  step(network, optimizer);
  EXPECT_THAT([&] { (void)state_names(network, optimizer); },
              ThrowsMessage<Error>(HasSubstr("neither Adam nor SGD")));
}

}  // namespace
}  // namespace ndbench
