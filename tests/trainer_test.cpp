#include "ndbench/trainer.h"

#include <gmock/gmock.h>

namespace ndbench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

/// One weight behind batch norm, so that there are buffers of floats and of integers.
struct TinyImpl : torch::nn::Module {
  TinyImpl() {
    bn = register_module("bn", torch::nn::BatchNorm1d(2));
    fc = register_module("fc", torch::nn::Linear(2, 1));
  }
  at::Tensor forward(const at::Tensor& x) { return fc(bn(x)); }
  torch::nn::BatchNorm1d bn{nullptr};
  torch::nn::Linear fc{nullptr};
};

TaskContext context_with(const std::map<std::string, ParameterValue>& settings) {
  std::map<std::string, ParameterValue> values;
  for (const Parameter& parameter : trainer_parameters({})) {
    values[parameter.name] = parameter.default_value;
  }
  for (const auto& [name, value] : settings) {
    values.at(name) = value;
  }
  return {.parameters = Parameters(values), .seeds = {}, .device = "cpu", .data_path = {}};
}

TEST(Trainer, StepsByTheScheduledRate) {
  auto network = std::make_shared<TinyImpl>();
  Trainer trainer(network, context_with({{"optimizer", std::string("sgd")},
                                         {"momentum", 0.0},
                                         {"learning_rate", 1.0},
                                         {"warmup_epochs", 1.0}}));
  trainer.start_epoch(0, /*steps=*/4);
  for (const double rate : {0.25, 0.5, 0.75, 1.0}) {
    const double before = network->fc->bias.item<double>();
    trainer.step([&] { return network->fc->bias.sum(); });
    EXPECT_NEAR(network->fc->bias.item<double>(), before - rate, 1e-6);
  }
  trainer.start_epoch(1, 4);
  const double before = network->fc->bias.item<double>();
  trainer.step([&] { return network->fc->bias.sum(); });
  EXPECT_NEAR(network->fc->bias.item<double>(), before - 1.0, 1e-6);
}

TEST(Trainer, ReturnsADetachedLoss) {
  auto network = std::make_shared<TinyImpl>();
  Trainer trainer(network, context_with({}));
  const at::Tensor loss = trainer.step([&] { return network->fc->weight.sum(); });
  EXPECT_FALSE(loss.requires_grad());
  EXPECT_EQ(loss.scalar_type(), at::kFloat);
}

TEST(Trainer, Float64IsForFloatsAlone) {
  auto network = std::make_shared<TinyImpl>();
  Trainer trainer(network, context_with({{"precision", std::string("float64")}}));
  EXPECT_EQ(trainer.input_type(), at::kDouble);
  EXPECT_EQ(network->fc->weight.scalar_type(), at::kDouble);
  EXPECT_EQ(network->bn->running_mean.scalar_type(), at::kDouble);
  EXPECT_EQ(network->bn->num_batches_tracked.scalar_type(), at::kLong);
  const at::Tensor loss = trainer.step([&] {
    return network->forward(torch::ones({2, 2}, at::kDouble)).sum();
  });
  EXPECT_EQ(loss.scalar_type(), at::kDouble);
}

TEST(Trainer, Bfloat16KeepsWeightsAndStateInFloat32) {
  auto network = std::make_shared<TinyImpl>();
  Trainer trainer(network, context_with({{"precision", std::string("bfloat16")}}));
  at::ScalarType seen{};
  trainer.step([&] {
    const at::Tensor output = network->forward(torch::ones({2, 2}));
    seen = output.scalar_type();
    return output.sum();
  });
  EXPECT_EQ(seen, at::kBFloat16);
  trainer.visit_state([](const std::string& name, const at::Tensor& value) {
    if (value.is_floating_point()) {
      EXPECT_EQ(value.scalar_type(), at::kFloat) << name;
    }
  });
}

TEST(Trainer, VisitsParametersBuffersAndOptimizer) {
  auto network = std::make_shared<TinyImpl>();
  Trainer trainer(network, context_with({{"optimizer", std::string("sgd")}}));
  trainer.step([&] { return network->fc->bias.sum(); });
  std::vector<std::string> names;
  trainer.visit_state([&](const std::string& name, const at::Tensor&) { names.push_back(name); });
  EXPECT_THAT(names,
              ElementsAre("parameters/bn.weight", "parameters/bn.bias", "parameters/fc.weight",
                          "parameters/fc.bias", "buffers/bn.running_mean", "buffers/bn.running_var",
                          "buffers/bn.num_batches_tracked", "optimizer/fc.bias/momentum_buffer"));
}

TEST(Trainer, EvaluatesAsLongAsTheGuardLives) {
  auto network = std::make_shared<TinyImpl>();
  Trainer trainer(network, context_with({}));
  {
    const Trainer::Evaluating evaluating(trainer);
    EXPECT_FALSE(network->bn->is_training());
    EXPECT_FALSE(torch::GradMode::is_enabled());
  }
  EXPECT_TRUE(network->bn->is_training());
  EXPECT_TRUE(torch::GradMode::is_enabled());
}

TEST(Trainer, RefusesSettingsThatDoNotFitTogether) {
  const auto expect_refusal = [](const std::map<std::string, ParameterValue>& settings,
                                 const char* message) {
    EXPECT_THAT([&] { Trainer(std::make_shared<TinyImpl>(), context_with(settings)); },
                ThrowsMessage<Error>(HasSubstr(message)));
  };
  expect_refusal({{"optimizer", std::string("sgd")}, {"nesterov", true}, {"momentum", 0.0}},
                 "nesterov = true needs a momentum");
  expect_refusal({{"optimizer", std::string("adam")}, {"nesterov", true}}, "nesterov is of");
  expect_refusal({{"schedule", std::string("step")}}, "needs milestones");
  expect_refusal({{"milestones", std::string("30")}}, "milestones are of schedule");
  expect_refusal({{"schedule", std::string("cosine")}, {"warmup_epochs", 90.0}},
                 "must be above warmup_epochs");
  expect_refusal({{"precision", std::string("tf32")}}, "needs a GPU");
}

}  // namespace
}  // namespace ndbench
