#include "ndbench/optimizer.h"

#include <gmock/gmock.h>

namespace ndbench {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Two parameters; the loss is a function of the step, so that gradients change.
struct TwoImpl : torch::nn::Module {
  TwoImpl() {
    a = register_parameter("a", torch::linspace(-1.0, 1.0, 7));
    b = register_parameter("b", torch::linspace(0.5, 2.0, 6).view({2, 3}));
  }
  void backward(int step) const {
    (a.pow(2).sum() * (1.0 + 0.3 * step) + (b.sin() * b).sum() * a.sum()).backward();
  }

  at::Tensor a, b;
};
TORCH_MODULE(Two);

std::vector<std::string> state_names(const Optimizer& optimizer) {
  std::vector<std::string> names;
  optimizer.visit_state([&](const std::string& name, const at::Tensor&) { names.push_back(name); });
  return names;
}

/// Trains one network with each optimizer and expects the same bits after each step.
void expect_same_bits(Optimizer& ours, Two& network, torch::optim::Optimizer& theirs, Two& twin) {
  for (int step = 0; step < 6; ++step) {
    ours.clear_gradients();
    network->backward(step);
    ours.step(0.05);
    theirs.zero_grad();
    twin->backward(step);
    theirs.step();
    ASSERT_TRUE(network->a.equal(twin->a)) << step << network->a - twin->a;
    ASSERT_TRUE(network->b.equal(twin->b)) << step;
  }
}

TEST(Optimizer, SgdHasTheBitsOfLibTorch) {
  for (const double momentum : {0.0, 0.9}) {
    for (const double weight_decay : {0.0, 0.01}) {
      for (const bool nesterov : {false, momentum > 0.0}) {
        Two network, twin;
        Optimizer ours(*network, Optimizer::Sgd{.momentum = momentum,
                                                .nesterov = nesterov,
                                                .weight_decay = weight_decay});
        torch::optim::SGD theirs(
            twin->parameters(),
            torch::optim::SGDOptions(0.05).momentum(momentum).nesterov(nesterov).weight_decay(
                weight_decay));
        expect_same_bits(ours, network, theirs, twin);
      }
    }
  }
}

TEST(Optimizer, AdamHasTheBitsOfLibTorch) {
  for (const double weight_decay : {0.0, 0.01}) {
    Two network, twin;
    Optimizer ours(*network, Optimizer::Adam{.weight_decay = weight_decay});
    torch::optim::Adam theirs(twin->parameters(),
                              torch::optim::AdamOptions(0.05).weight_decay(weight_decay));
    expect_same_bits(ours, network, theirs, twin);
  }
}

TEST(Optimizer, UsesTheRateOfEachStep) {
  Two network;
  Optimizer optimizer(*network, Optimizer::Sgd{});
  network->backward(0);
  const at::Tensor expected = network->a.detach() - 0.25 * network->a.grad();
  optimizer.step(0.25);
  EXPECT_TRUE(network->a.equal(expected));
}

TEST(Optimizer, ClearedGradientsAreGone) {
  Two network;
  Optimizer optimizer(*network, Optimizer::Sgd{});
  network->backward(0);
  EXPECT_EQ(optimizer.gradients().size(), 2U);
  optimizer.clear_gradients();
  EXPECT_FALSE(network->a.grad().defined());
  EXPECT_THAT(optimizer.gradients(), IsEmpty());
}

TEST(Optimizer, LeavesParametersWithoutGradientAlone) {
  Two network;
  Optimizer optimizer(*network, Optimizer::Sgd{.momentum = 0.9});
  const at::Tensor b = network->b.detach().clone();
  network->a.sum().backward();
  optimizer.step(0.1);
  EXPECT_TRUE(network->b.equal(b));
  EXPECT_THAT(state_names(optimizer), ElementsAre("optimizer/a/momentum_buffer"));
}

TEST(Optimizer, HasNoStateBeforeTheFirstStep) {
  Two network;
  EXPECT_THAT(state_names(Optimizer(*network, Optimizer::Sgd{.momentum = 0.9})), IsEmpty());
  EXPECT_THAT(state_names(Optimizer(*network, Optimizer::Adam{})), IsEmpty());
}

TEST(Optimizer, SgdWithoutMomentumHasNoState) {
  Two network;
  Optimizer optimizer(*network, Optimizer::Sgd{});
  network->backward(0);
  optimizer.step(0.1);
  EXPECT_THAT(state_names(optimizer), IsEmpty());
}

TEST(Optimizer, AdamHasMomentsAndSteps) {
  Two network;
  Optimizer optimizer(*network, Optimizer::Adam{});
  for (int step = 0; step < 2; ++step) {
    optimizer.clear_gradients();
    network->backward(step);
    optimizer.step(0.1);
  }
  EXPECT_THAT(state_names(optimizer),
              ElementsAre("optimizer/a/exp_avg", "optimizer/a/exp_avg_sq", "optimizer/b/exp_avg",
                          "optimizer/b/exp_avg_sq", "optimizer/step"));
  optimizer.visit_state([](const std::string& name, const at::Tensor& value) {
    if (name == "optimizer/step") {
      EXPECT_EQ(value.item<std::int64_t>(), 2);
    }
  });
}

}  // namespace
}  // namespace ndbench
