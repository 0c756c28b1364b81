// What PredNet's two networks compute; tests/reference has their twins in PyTorch.
#include <gmock/gmock.h>

#include "models/prednet/prednet_network.h"

namespace ndbench::prednet {
namespace {

constexpr Architecture kSmall{.channels = 1, .height = 8, .width = 12, .layers = 3, .stack = 4};

std::int64_t parameter_count(const torch::nn::Module& module) {
  std::int64_t count = 0;
  for (const at::Tensor& parameter : module.parameters()) {
    count += parameter.numel();
  }
  return count;
}

std::vector<std::shared_ptr<Network>> both(const Architecture& architecture) {
  return {make_original(architecture), make_watanabe(architecture)};
}

TEST(PredNet, HasThePublishedParameters) {
  // Lotter et al. 2017 say 6.9 million; Watanabe's network at 160x120 counts its peepholes.
  EXPECT_EQ(parameter_count(*make_original({})), 6'915'948);
  EXPECT_EQ(parameter_count(*make_watanabe({.height = 120, .width = 160})), 8'298'348);
}

TEST(PredNet, OfOneLayerHasOneConvolutionOfGatesAndOneOfThePrediction) {
  const Architecture one{.channels = 1, .height = 2, .width = 2, .layers = 1};
  // Gates 3 -> 4 channels: 4*3*9 + 4; prediction 1*9 + 1; peepholes 3*2*2.
  EXPECT_EQ(parameter_count(*make_original(one)), 112 + 10);
  EXPECT_EQ(parameter_count(*make_watanabe(one)), 112 + 10 + 12);
}

TEST(PredNet, PredictsNothingBeforeItHasSeenAnything) {
  for (const auto& network : both(kSmall)) {
    network->initialize(1);
    State state = network->start(2, at::kFloat);
    const Seen seen = network->see(torch::zeros({2, 1, 8, 12}), state);
    EXPECT_TRUE(seen.prediction.equal(torch::zeros({2, 1, 8, 12})));
  }
}

TEST(PredNet, PredictsFramesOfPixels) {
  torch::manual_seed(1);
  Architecture colour = kSmall;
  colour.channels = 3;
  for (const auto& network : both(colour)) {
    network->initialize(1);
    State state = network->start(2, at::kFloat);
    Seen seen;
    for (int t = 0; t < 4; ++t) {
      seen = network->see(torch::rand({2, 3, 8, 12}), state);
    }
    EXPECT_EQ(seen.prediction.sizes(), at::IntArrayRef({2, 3, 8, 12}));
    EXPECT_GE(seen.prediction.min().item<float>(), 0.0F);
    EXPECT_LE(seen.prediction.max().item<float>(), 1.0F);
    EXPECT_GT(seen.prediction.max().item<float>(), 0.0F);
    ASSERT_EQ(seen.errors.size(), 3U);
    EXPECT_EQ(seen.errors[2].sizes(), at::IntArrayRef({2, 16, 2, 3}));
  }
}

TEST(PredNet, HasTheErrorOfItsFirstPredictionInTheHalfThatItsPaperSays) {
  // Nothing was predicted: all of the frame is missing. Lotter et al.: prediction less frame comes
  // first; Watanabe et al.: frame less prediction.
  const at::Tensor frame = torch::full({1, 1, 8, 12}, 0.25);
  const auto networks = both(kSmall);
  for (std::size_t i = 0; i < 2; ++i) {
    networks[i]->initialize(1);
    State state = networks[i]->start(1, at::kFloat);
    const at::Tensor error = networks[i]->see(frame, state).errors[0];
    const std::int64_t missing = i == 0 ? 1 : 0;
    EXPECT_TRUE(error.select(1, missing).equal(frame.select(1, 0)));
    EXPECT_TRUE(error.select(1, 1 - missing).eq(0.0).all().item<bool>());
  }
}

TEST(PredNet, DetachedStateHasTheSameValuesAndNoHistory) {
  for (const auto& network : both(kSmall)) {
    network->initialize(1);
    State state = network->start(1, at::kFloat);
    (void)network->see(torch::rand({1, 1, 8, 12}), state);
    const State detached = state.detached();
    ASSERT_TRUE(state.cell[0].requires_grad());
    EXPECT_FALSE(detached.cell[0].requires_grad());
    EXPECT_FALSE(detached.feedback[2].requires_grad());
    EXPECT_TRUE(detached.representation[1].equal(state.representation[1]));
  }
}

TEST(PredNet, InitializesEachGateAsAConvolutionOfItsOwn) {
  // Layer 1 of 4 channels: gates see 3*4 + 8 = 20. Glorot of one gate: fans 20*9 and 4*9.
  const auto original = make_original(kSmall);
  original->initialize(1);
  const at::Tensor glorot = original->named_parameters()["layers.1.gates.weight"];
  const double bound = std::sqrt(6.0 / (180.0 + 36.0));
  EXPECT_LE(glorot.abs().max().item<double>(), bound * (1 + 1e-6));
  EXPECT_GT(glorot.abs().max().item<double>(), 0.97 * bound);
  // LeCun of each input alone: R has fan-in 36, E 72, the layer above 72. Five standard errors of
  // the deviation of 4*4*4*9 = 576 numbers: 15 %.
  const auto watanabe = make_watanabe(kSmall);
  watanabe->initialize(1);
  const at::Tensor lecun = watanabe->named_parameters()["layers.1.gates.weight"];
  EXPECT_NEAR(lecun.narrow(1, 0, 4).std().item<double>(), 1.0 / 6.0, 0.15 / 6.0);
  EXPECT_NEAR(lecun.narrow(1, 4, 8).std().item<double>(), 1.0 / std::sqrt(72.0), 0.012);
  EXPECT_TRUE(watanabe->named_parameters()["layers.1.gates.bias"].eq(0.0).all().item<bool>());
}

}  // namespace
}  // namespace ndbench::prednet
