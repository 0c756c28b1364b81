#include "ndbench/trainer.h"

#include <gmock/gmock.h>

#include <array>
#include <atomic>
#include <latch>
#include <stdexcept>
#include <thread>

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

/// One weight a network, so that a shard's gradient is what its loss multiplies it by.
struct OneWeightImpl : torch::nn::Module {
  OneWeightImpl() { weight = register_parameter("weight", at::zeros({1})); }
  at::Tensor weight;
};

/// A network with copies, trained by SGD with a learning rate of 1.
template <typename Network>
class Sharded {
 public:
  explicit Sharded(std::vector<std::string> devices, bool is_ordered = true,
                   std::map<std::string, ParameterValue> settings = {}) {
    settings.merge(std::map<std::string, ParameterValue>{
        {"optimizer", std::string("sgd")}, {"momentum", 0.0}, {"learning_rate", 1.0}});
    TaskContext context = context_with(settings);
    Trainer::Modules copies;
    for (std::size_t i = 0; i < devices.size(); ++i) {
      networks_.push_back(std::make_shared<Network>());
      if (i > 0) copies.push_back(networks_.back());
    }
    context.sharding = {.devices = std::move(devices), .is_ordered = is_ordered};
    trainer_ = std::make_unique<Trainer>(networks_.front(), context, std::move(copies));
  }

  Trainer& trainer() { return *trainer_; }
  Network& network(std::size_t shard = 0) { return *networks_[shard]; }

 private:
  std::vector<std::shared_ptr<Network>> networks_;
  std::unique_ptr<Trainer> trainer_;
};

const std::vector<std::string> kFourShards(4, "cpu");

TEST(ShardedTrainer, CutsABatchIntoNearlyEqualPartsInOrder) {
  Sharded<OneWeightImpl> sharded(kFourShards);
  EXPECT_EQ(sharded.trainer().shards(), 4U);
  const at::Tensor batch =
      torch::tensor({1.0F, 2.0F, 3.0F, 4.0F, 5.0F, 6.0F, 7.0F, 8.0F, 9.0F, 15.0F});
  std::vector<at::Tensor> parts(4);
  const at::Tensor loss = sharded.trainer().step(10, [&](const Shard& shard) {
    parts[shard.index] = shard.of(batch);
    return parts[shard.index].mean() + 0.0 * sharded.network(shard.index).weight.sum();
  });
  EXPECT_TRUE(parts[0].equal(torch::tensor({1.0F, 2.0F, 3.0F})));
  EXPECT_TRUE(parts[1].equal(torch::tensor({4.0F, 5.0F, 6.0F})));
  EXPECT_TRUE(parts[2].equal(torch::tensor({7.0F, 8.0F})));
  EXPECT_TRUE(parts[3].equal(torch::tensor({9.0F, 15.0F})));
  EXPECT_FLOAT_EQ(loss.item<float>(), 6.0F);
  EXPECT_FALSE(loss.requires_grad());
}

TEST(ShardedTrainer, LeavesShardsWithoutExamplesOut) {
  Sharded<OneWeightImpl> sharded(kFourShards);
  std::atomic<int> calls = 0;
  const at::Tensor loss = sharded.trainer().step(2, [&](const Shard& shard) {
    ++calls;
    EXPECT_EQ(shard.size, 1);
    return sharded.network(shard.index).weight.sum() + static_cast<double>(shard.index);
  });
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(loss.item<float>(), 0.5F);
  EXPECT_EQ(sharded.network().weight.item<float>(), -1.0F);
}

TEST(ShardedTrainer, SumsGradientsInTheOrderOfTheShards) {
  // Quarters of these, in float32: ((1e8 + 1) - 1e8) + 1 = 1; in other orders 0 or 2.
  constexpr std::array kSlopes{4e8, 4.0, -4e8, 4.0};
  for (int step = 0; step < 20; ++step) {
    Sharded<OneWeightImpl> sharded(kFourShards);
    std::latch others(3);
    sharded.trainer().step(4, [&](const Shard& shard) {
      // The first comes last, as often as can be.
      shard.index == 0 ? others.wait() : others.count_down();
      return sharded.network(shard.index).weight.sum() * kSlopes.at(shard.index);
    });
    EXPECT_EQ(sharded.network().weight.item<float>(), -1.0F);
  }
}

struct TwoLayersImpl : torch::nn::Module {
  TwoLayersImpl() {
    first = register_module("first", torch::nn::Linear(20, 10));
    second = register_module("second", torch::nn::Linear(10, 3));
  }
  at::Tensor loss(const at::Tensor& x) { return second(first(x).relu()).square().mean(); }
  torch::nn::Linear first{nullptr}, second{nullptr};
};

/// Gradients of the mean over `batch`, weighted, of a network with the weights of `like`.
std::vector<at::Tensor> gradients_of(const TwoLayersImpl& like, const at::Tensor& batch,
                                     double weight) {
  TwoLayersImpl network;
  const auto parameters = network.parameters();
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    parameters[k].set_data(like.parameters()[k].detach().clone());
  }
  (network.loss(batch) * weight).backward();
  std::vector<at::Tensor> gradients;
  for (const at::Tensor& parameter : parameters) gradients.push_back(parameter.grad());
  return gradients;
}

TEST(ShardedTrainer, GivesTheBitsOfShardsTrainedOneByOneAndSummedInOrder) {
  torch::manual_seed(1);
  Sharded<TwoLayersImpl> sharded({"cpu", "cpu", "cpu"});
  const at::Tensor batch = torch::randn({11, 20});  // 4, 4, 3
  std::vector<at::Tensor> sum;
  for (const auto& [first, size] : std::vector<std::pair<int, int>>{{0, 4}, {4, 4}, {8, 3}}) {
    auto part = gradients_of(sharded.network(), batch.narrow(0, first, size), size / 11.0);
    for (std::size_t k = 0; k < sum.size(); ++k) part[k] = sum[k] + part[k];
    sum = part;
  }
  const auto whole = gradients_of(sharded.network(), batch, 1.0);
  sharded.trainer().step(
      11, [&](const Shard& shard) { return sharded.network(shard.index).loss(shard.of(batch)); });
  const auto parameters = sharded.network().parameters();
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    EXPECT_TRUE(parameters[k].grad().equal(sum[k]));
    EXPECT_TRUE(parameters[k].grad().allclose(whole[k], 1e-5, 1e-7));
  }
}

TEST(ShardedTrainer, OneShardIsTheOrdinaryStep) {
  const at::Tensor batch = torch::randn({8, 20});
  TaskContext context = context_with({});
  auto network = std::make_shared<TwoLayersImpl>();
  auto twin = std::make_shared<TwoLayersImpl>();
  for (std::size_t k = 0; k < network->parameters().size(); ++k) {
    twin->parameters()[k].set_data(network->parameters()[k].detach().clone());
  }
  Trainer ordinary(network, context);
  context.sharding.devices = {"cpu"};
  Trainer sharded(twin, context);
  EXPECT_EQ(sharded.shards(), 1U);
  for (int step = 0; step < 3; ++step) {
    const at::Tensor loss = ordinary.step([&] { return network->loss(batch); });
    EXPECT_TRUE(loss.equal(
        sharded.step(8, [&](const Shard& shard) { return twin->loss(shard.of(batch)); })));
  }
  for (std::size_t k = 0; k < network->parameters().size(); ++k) {
    EXPECT_TRUE(network->parameters()[k].equal(twin->parameters()[k]));
  }
}

TEST(ShardedTrainer, GivesEveryShardTheWeightsOfTheStep) {
  // LibTorch takes both for the one CPU; the trainer takes them for two devices.
  for (const char* second : {"cpu", "cpu:0"}) {
    Sharded<OneWeightImpl> sharded({"cpu", second});
    sharded.network().weight.detach().fill_(3.0);
    for (const float expected : {3.0F, 2.0F}) {
      std::array<float, 2> seen{};
      sharded.trainer().step(2, [&](const Shard& shard) {
        const at::Tensor& weight = sharded.network(shard.index).weight;
        seen.at(shard.index) = weight.item<float>();
        return weight.sum();
      });
      EXPECT_THAT(seen, ElementsAre(expected, expected)) << second;
    }
    EXPECT_EQ(sharded.network().weight.item<float>(), 1.0F) << second;
  }
}

TEST(ShardedTrainer, RunsShardsSideBySideOnThreadsThatStay) {
  Sharded<OneWeightImpl> sharded(kFourShards);
  std::array<std::thread::id, 4> first_step{};
  for (int step = 0; step < 3; ++step) {
    std::latch all(4);
    std::array<std::thread::id, 4> threads{};
    sharded.trainer().step(4, [&](const Shard& shard) {
      all.arrive_and_wait();  // hangs if one waits for another to end
      threads.at(shard.index) = std::this_thread::get_id();
      return sharded.network(shard.index).weight.sum();
    });
    if (step == 0) first_step = threads;
    EXPECT_EQ(threads, first_step);
  }
}

TEST(ShardedTrainer, ThrowsWhatAShardThrowsAndGoesOnAfterwards) {
  for (const bool is_ordered : {true, false}) {
    for (const std::size_t failing : {0U, 2U, 3U}) {
      Sharded<OneWeightImpl> sharded(kFourShards, is_ordered);
      const auto step = [&](bool fails) {
        return sharded.trainer().step(4, [&, fails](const Shard& shard) {
          if (fails && shard.index == failing) throw std::runtime_error("shard is broken");
          return sharded.network(shard.index).weight.sum();
        });
      };
      EXPECT_THAT([&] { step(true); },
                  ThrowsMessage<std::runtime_error>(HasSubstr("shard is broken")));
      EXPECT_EQ(sharded.network().weight.item<float>(), 0.0F);
      step(false);
      EXPECT_EQ(sharded.network().weight.item<float>(), -1.0F);
    }
  }
}

TEST(ShardedTrainer, NormalizesByShardAndKeepsTheFirstOnesStatistics) {
  Sharded<TinyImpl> sharded({"cpu", "cpu"});
  const at::Tensor batch =
      torch::tensor({1.0F, 1.0F, 3.0F, 5.0F, 100.0F, 100.0F, 200.0F, 300.0F}).view({4, 2});
  std::array<at::Tensor, 2> normalized;
  sharded.trainer().step(4, [&](const Shard& shard) {
    TinyImpl& network = sharded.network(shard.index);
    normalized.at(shard.index) = network.bn(shard.of(batch)).detach();
    return network.forward(shard.of(batch)).mean();
  });
  const at::Tensor expected = torch::tensor({-1.0F, -1.0F, 1.0F, 1.0F}).view({2, 2});
  EXPECT_TRUE(normalized[0].allclose(expected, 1e-4, 1e-4));
  EXPECT_TRUE(normalized[1].allclose(expected, 1e-4, 1e-4));
  // Momentum 0.1, twice: 0.1 * 2 + 0.9 * 0.1 * 2 and the same of 3.
  EXPECT_TRUE(sharded.network().bn->running_mean.allclose(torch::tensor({0.38F, 0.57F})));
}

TEST(ShardedTrainer, ComputesEveryShardInThePrecision) {
  Sharded<TwoLayersImpl> reduced(kFourShards, true, {{"precision", std::string("bfloat16")}});
  std::array<at::ScalarType, 4> seen{};
  const at::Tensor batch = torch::randn({8, 20});
  reduced.trainer().step(8, [&](const Shard& shard) {
    seen.at(shard.index) = reduced.network(shard.index).first(shard.of(batch)).scalar_type();
    return reduced.network(shard.index).loss(shard.of(batch));
  });
  EXPECT_THAT(seen, testing::Each(at::kBFloat16));

  Sharded<TinyImpl> exact({"cpu", "cpu:0"}, true, {{"precision", std::string("float64")}});
  const at::Tensor loss = exact.trainer().step(4, [&](const Shard& shard) {
    return exact.network(shard.index).forward(torch::randn({shard.size, 2}, at::kDouble)).sum();
  });
  EXPECT_EQ(loss.scalar_type(), at::kDouble);
}

TEST(Joined, PutsPartsTogetherAndLeavesOutWhatIsNotThere) {
  EXPECT_FALSE(joined({}).defined());
  EXPECT_FALSE(joined({at::Tensor(), at::Tensor()}).defined());
  const at::Tensor first = torch::tensor({1.0F, 2.0F});
  EXPECT_TRUE(joined({first}).is_same(first));
  EXPECT_TRUE(joined({first, torch::tensor({3.0F}), at::Tensor()})
                  .equal(torch::tensor({1.0F, 2.0F, 3.0F})));
}

}  // namespace
}  // namespace ndbench
