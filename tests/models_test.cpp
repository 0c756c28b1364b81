// The model plugins as the host uses them: through the descriptor that each exports.
#include <dlfcn.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <map>
#include <memory>

#include "models/resnet/resnet_network.h"
#include "ndbench/plugin.h"

namespace ndbench {
namespace {

using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::ThrowsMessage;

namespace fs = std::filesystem;

constexpr std::int64_t kTrainSize = 60;
constexpr std::int64_t kTestSize = 20;

std::int64_t parameter_count(const torch::nn::Module& module) {
  std::int64_t count = 0;
  for (const at::Tensor& parameter : module.parameters()) {
    count += parameter.numel();
  }
  return count;
}

std::int64_t resnet_parameters(std::int64_t depth, std::int64_t channels) {
  return parameter_count(*resnet::Network(resnet::architecture_of(depth), channels, 10));
}

TEST(ResNetNetwork, HasTheDepthsOfThePaperAndEighteen) {
  for (const std::int64_t depth : {8, 14, 18, 20, 32, 44, 56, 110}) {
    EXPECT_TRUE(resnet::has_depth(depth)) << depth;
  }
  for (const std::int64_t depth : {-4, 0, 2, 7, 9, 16, 19, 21}) {
    EXPECT_FALSE(resnet::has_depth(depth)) << depth;
  }
}

TEST(ResNetNetwork, HasTheParametersOfThePaperOnCifar) {
  // Stem 3*16*9 + 32; stage 1: 6 (16*16*9 + 32); stage 2: 16*32*9 + 64 + 5 (32*32*9 + 64);
  // stage 3: 32*64*9 + 128 + 5 (64*64*9 + 128); linear 64*10 + 10.
  EXPECT_EQ(resnet_parameters(20, 3), 464 + 14'016 + 51'072 + 203'520 + 650);
  EXPECT_EQ(resnet_parameters(20, 3), 269'722);
}

TEST(ResNetNetwork, HasFewerParametersForGreyImages) {
  // The stem loses two of three input channels: 2*16*9 = 288.
  EXPECT_EQ(resnet_parameters(20, 1), 269'434);
}

TEST(ResNetNetwork, OfDepthEight) {
  // Stem 176; 2 (2304 + 32); 4608 + 64 + 9216 + 64; 18432 + 128 + 36864 + 128; linear 650.
  EXPECT_EQ(resnet_parameters(8, 1), 176 + 4'672 + 13'952 + 55'552 + 650);
}

TEST(ResNetNetwork, OfDepthEighteenHasProjections) {
  // Stem 704; 4 (36864 + 128); then for width w = 128, 256, 512:
  // w/2*w*9 + 2w + 3 (w*w*9 + 2w) and the projection w/2*w + 2w; linear 5130.
  EXPECT_EQ(resnet_parameters(18, 1), 704 + 147'968 + 525'568 + 2'099'712 + 8'393'728 + 5'130);
  EXPECT_EQ(resnet_parameters(18, 3), 11'173'962);
}

TEST(ResNetNetwork, TakesImagesOfBothSizes) {
  for (const std::int64_t depth : {8, 18}) {
    resnet::Network grey(resnet::architecture_of(depth), 1, 10);
    resnet::Network colour(resnet::architecture_of(depth), 3, 7);
    EXPECT_EQ(grey(torch::zeros({2, 1, 28, 28})).sizes(), at::IntArrayRef({2, 10}));
    EXPECT_EQ(colour(torch::zeros({2, 3, 32, 32})).sizes(), at::IntArrayRef({2, 7}));
  }
}

TEST(ResNetNetwork, ShortcutOfOptionATakesEverySecondPixelAndAddsZeroChannels) {
  resnet::BasicBlock block(1, 2, 2, resnet::Shortcut::kPadding);
  // Batch norm of weight 0 silences the convolutions: what is left is relu(shortcut).
  const torch::NoGradGuard no_grad;
  for (const auto& item : block->named_parameters()) {
    if (item.key().starts_with("bn")) {
      item.value().zero_();
    }
  }
  const at::Tensor input = torch::tensor({1.0F, 2.0F, 3.0F, 4.0F,  //
                                          5.0F, 6.0F, 7.0F, 8.0F})
                               .view({1, 1, 2, 4});
  EXPECT_TRUE(block(input).flatten().equal(torch::tensor({1.0F, 3.0F, 0.0F, 0.0F})));
}

const PluginDescriptor& open_plugin(const char* path) {
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    throw Error(dlerror());
  }
  return *static_cast<const PluginDescriptor*>(dlsym(library, kPluginSymbol));
}

std::unique_ptr<Model> make_model(const char* path) {
  return std::unique_ptr<Model>(open_plugin(path).create_model());
}

Parameters with(const Model& model, const std::map<std::string, ParameterValue>& settings) {
  std::map<std::string, ParameterValue> values;
  for (const Parameter& parameter : model.parameters()) {
    values[parameter.name] = parameter.default_value;
  }
  for (const auto& [name, value] : settings) {
    if (values.contains(name)) {
      values[name] = value;
    }
  }
  return Parameters(values);
}

/// A data set in the layout of Fashion-MNIST that can be learnt: class c is bright down to row 2c
/// + 2.
class LevelImages {
 public:
  LevelImages() : folder_(fs::path(testing::TempDir()) / test_name()) {
    fs::create_directories(folder_ / "fashion-mnist");
    write("train", kTrainSize);
    write("t10k", kTestSize);
  }
  ~LevelImages() { fs::remove_all(folder_); }
  LevelImages(const LevelImages&) = delete;
  LevelImages& operator=(const LevelImages&) = delete;

  [[nodiscard]] const fs::path& folder() const { return folder_; }

 private:
  static std::string test_name() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    std::string name = std::string(test->test_suite_name()) + "." + test->name();
    std::replace(name.begin(), name.end(), '/', '.');
    return name;
  }

  void write(const std::string& split, std::int64_t count) const {
    const auto low_byte = static_cast<char>(count);
    std::string images =
        std::string("\0\0\x08\x03\0\0\0", 7) + low_byte + std::string("\0\0\0\x1c\0\0\0\x1c", 8);
    std::string labels = std::string("\0\0\x08\x01\0\0\0", 7) + low_byte;
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t label = i % 10;
      labels += static_cast<char>(label);
      for (std::int64_t row = 0; row < 28; ++row) {
        const bool bright = row < 2 * label + 3;
        images += std::string(28, static_cast<char>(bright ? 255 - i % 7 : i % 5));
      }
    }
    std::ofstream(folder_ / "fashion-mnist" / (split + "-images-idx3-ubyte"), std::ios::binary)
        << images;
    std::ofstream(folder_ / "fashion-mnist" / (split + "-labels-idx1-ubyte"), std::ios::binary)
        << labels;
  }

  fs::path folder_;
};

using State = std::map<std::string, std::string>;  ///< name to bytes

State state_of(const Task& task) {
  State state;
  task.visit_state([&](const std::string& name, const at::Tensor& value) {
    const at::Tensor bytes = value.detach().contiguous();
    state[name] = {static_cast<const char*>(bytes.data_ptr()), bytes.nbytes()};
  });
  return state;
}

/// Trains to the end of the epoch; returns the loss of each step.
std::vector<float> train_epoch(Task& task, std::int64_t epoch) {
  std::vector<float> losses;
  task.start_epoch(epoch);
  while (task.next_batch() > 0) {
    losses.push_back(task.train_step().item<float>());
  }
  return losses;
}

class ModelPlugin : public testing::TestWithParam<const char*> {
 protected:
  [[nodiscard]] std::unique_ptr<Task> make_task(const Seeds& seeds = {1, 2, 3, 4}) const {
    return model_->create_task({.parameters = with(*model_, {{"batch_size", std::int64_t{25}},
                                                             {"depth", std::int64_t{8}},
                                                             {"augment", false},
                                                             {"learning_rate", learning_rate()}}),
                                .seeds = seeds,
                                .device = "cpu",
                                .data_path = {data_.folder()}});
  }

  // Small sets want smaller or larger steps than the defaults.
  [[nodiscard]] double learning_rate() const {
    return std::strstr(GetParam(), "resnet") != nullptr ? 0.02 : 0.01;
  }

  LevelImages data_;
  std::unique_ptr<Model> model_ = make_model(GetParam());
};

TEST_P(ModelPlugin, DescribesItself) {
  const PluginDescriptor& descriptor = open_plugin(GetParam());
  EXPECT_EQ(descriptor.magic, kPluginMagic);
  EXPECT_EQ(descriptor.size, sizeof(PluginDescriptor));
  EXPECT_EQ(descriptor.kind, PluginKind::kModel);
  EXPECT_THAT(GetParam(), HasSubstr(std::string("model_") + descriptor.name + ".so"));
  EXPECT_EQ(descriptor.create_backend, nullptr);
}

TEST_P(ModelPlugin, DeclaresDefaultsThatItsOwnRangesAccept) {
  for (const Parameter& parameter : model_->parameters()) {
    EXPECT_FALSE(parameter.summary.empty()) << parameter.name;
    if (const auto* integer = std::get_if<std::int64_t>(&parameter.default_value)) {
      EXPECT_GE(static_cast<double>(*integer), parameter.minimum) << parameter.name;
      EXPECT_LE(static_cast<double>(*integer), parameter.maximum) << parameter.name;
    } else if (const auto* real = std::get_if<double>(&parameter.default_value)) {
      EXPECT_GE(*real, parameter.minimum) << parameter.name;
      EXPECT_LE(*real, parameter.maximum) << parameter.name;
    } else if (const auto* text = std::get_if<std::string>(&parameter.default_value)) {
      EXPECT_THAT(parameter.choices, Contains(*text)) << parameter.name;
    }
  }
}

TEST_P(ModelPlugin, EndsTheEpochAfterEveryExample) {
  const auto task = make_task();
  task->start_epoch(0);
  EXPECT_EQ(task->next_batch(), 25);
  EXPECT_EQ(task->next_batch(), 25);
  EXPECT_EQ(task->next_batch(), 10);
  EXPECT_EQ(task->next_batch(), 0);
  EXPECT_EQ(task->next_batch(), 0);
}

TEST_P(ModelPlugin, LossIsADetachedScalarThatFalls) {
  const auto task = make_task();
  task->start_epoch(0);
  ASSERT_GT(task->next_batch(), 0);
  const at::Tensor loss = task->train_step();
  EXPECT_FALSE(loss.requires_grad());
  EXPECT_EQ(loss.dim(), 0);
  EXPECT_EQ(loss.scalar_type(), at::kFloat);
  std::vector<float> last;
  for (std::int64_t epoch = 1; epoch <= 12; ++epoch) {
    last = train_epoch(*task, epoch);
  }
  for (const float value : last) {
    EXPECT_LT(value, 0.7F * loss.item<float>());
  }
}

TEST_P(ModelPlugin, StepsAgainOnTheSameBatch) {
  const auto task = make_task();
  task->start_epoch(0);
  ASSERT_GT(task->next_batch(), 0);
  const float first = task->train_step().item<float>();
  float last = first;
  for (int step = 0; step < 20; ++step) {
    last = task->train_step().item<float>();
  }
  EXPECT_LT(last, first);
}

TEST_P(ModelPlugin, SameSeedsGiveTheSameBits) {
  const auto first = make_task();
  const auto second = make_task();
  EXPECT_EQ(state_of(*first), state_of(*second));
  EXPECT_EQ(train_epoch(*first, 0), train_epoch(*second, 0));
  EXPECT_EQ(state_of(*first), state_of(*second));
}

TEST_P(ModelPlugin, InitSeedChangesTheInitialStateAndOrderSeedDoesNot) {
  const State state = state_of(*make_task({1, 2, 3, 4}));
  EXPECT_NE(state_of(*make_task({9, 2, 3, 4})), state);
  EXPECT_EQ(state_of(*make_task({1, 9, 3, 4})), state);
}

TEST_P(ModelPlugin, OrderSeedChangesTheTraining) {
  const auto first = make_task({1, 2, 3, 4});
  const auto second = make_task({1, 9, 3, 4});
  EXPECT_NE(train_epoch(*first, 0), train_epoch(*second, 0));
}

TEST_P(ModelPlugin, TrainingChangesEveryParameter) {
  const auto task = make_task();
  const State before = state_of(*task);
  train_epoch(*task, 0);
  const State after = state_of(*task);
  for (const auto& [name, value] : before) {
    EXPECT_NE(after.at(name), value) << name;
  }
  EXPECT_GT(after.size(), before.size()) << "no optimizer state";
}

TEST_P(ModelPlugin, EvaluationLeavesNoTrace) {
  const auto plain = make_task();
  const auto evaluated = make_task();
  for (Task* task : {plain.get(), evaluated.get()}) {
    task->start_epoch(0);
    ASSERT_GT(task->next_batch(), 0);
    task->train_step();
    if (task == evaluated.get()) {
      const State before = state_of(*task);
      (void)task->evaluate();
      EXPECT_EQ(state_of(*task), before);
    }
    // On the batch that was loaded before, then on the rest of the epoch.
    task->train_step();
    while (task->next_batch() > 0) {
      task->train_step();
    }
  }
  EXPECT_EQ(state_of(*plain), state_of(*evaluated));
}

TEST_P(ModelPlugin, EvaluatesTheWholeTestSetAndTwiceTheSame) {
  const auto task = make_task();
  train_epoch(*task, 0);
  const Evaluation first = task->evaluate();
  const Evaluation second = task->evaluate();
  EXPECT_EQ(first.examples, kTestSize);
  EXPECT_EQ(first.value, second.value);
  EXPECT_EQ(first.predictions, second.predictions);
}

TEST_P(ModelPlugin, RefusesASubsetLargerThanTheSet) {
  TaskContext context{.parameters = with(*model_, {{"subset", kTrainSize + 1}}),
                      .seeds = {},
                      .device = "cpu",
                      .data_path = {data_.folder()}};
  EXPECT_THAT([&] { (void)model_->create_task(context); },
              ThrowsMessage<Error>(HasSubstr("subset of 61")));
}

INSTANTIATE_TEST_SUITE_P(Every, ModelPlugin,
                         testing::Values(NDBENCH_TEST_AUTOENCODER, NDBENCH_TEST_RESNET),
                         [](const auto& instance) {
                           return std::strstr(instance.param, "resnet") ? "ResNet" : "Autoencoder";
                         });

class AutoencoderPlugin : public ModelPlugin {};
INSTANTIATE_TEST_SUITE_P(Only, AutoencoderPlugin, testing::Values(NDBENCH_TEST_AUTOENCODER));

TEST_P(AutoencoderPlugin, HasItsParameters) {
  // 784*128 + 128, 128*64 + 64, 64*32 + 32, 32*64 + 64, 64*128 + 128, 128*784 + 784.
  std::int64_t count = 0;
  make_task()->visit_state(
      [&](const std::string&, const at::Tensor& value) { count += value.numel(); });
  EXPECT_EQ(count, 100'480 + 8'256 + 2'080 + 2'112 + 8'320 + 101'136);
}

TEST_P(AutoencoderPlugin, EvaluatesTheMeanSquaredError) {
  const auto task = make_task();
  const Evaluation before = task->evaluate();
  EXPECT_EQ(before.metric, "mse");
  EXPECT_FALSE(before.higher_is_better);
  EXPECT_THAT(before.predictions, IsEmpty());
  // Pixels and outputs are in [0, 1], and a fresh sigmoid is near 1/2: (1/2)^2 each.
  EXPECT_NEAR(before.value, 0.25, 0.05);
  for (std::int64_t epoch = 0; epoch < 10; ++epoch) {
    train_epoch(*task, epoch);
  }
  EXPECT_LT(task->evaluate().value, 0.5 * before.value);
}

class ResNetPlugin : public ModelPlugin {};
INSTANTIATE_TEST_SUITE_P(Only, ResNetPlugin, testing::Values(NDBENCH_TEST_RESNET));

TEST_P(ResNetPlugin, EvaluatesTheAccuracyOfItsPredictions) {
  const auto task = make_task();
  for (std::int64_t epoch = 0; epoch < 10; ++epoch) {
    train_epoch(*task, epoch);
  }
  const Evaluation evaluation = task->evaluate();
  EXPECT_EQ(evaluation.metric, "accuracy");
  EXPECT_TRUE(evaluation.higher_is_better);
  ASSERT_THAT(evaluation.predictions, SizeIs(kTestSize));
  EXPECT_THAT(evaluation.predictions, Each(testing::AllOf(testing::Ge(0), testing::Lt(10))));
  std::int64_t correct = 0;
  for (std::size_t i = 0; i < evaluation.predictions.size(); ++i) {
    correct += evaluation.predictions[i] == static_cast<std::int32_t>(i % 10) ? 1 : 0;
  }
  EXPECT_EQ(evaluation.value, static_cast<double>(correct) / kTestSize);
  EXPECT_GT(evaluation.value, 0.3) << "no better than chance";
}

TEST_P(ResNetPlugin, AugmentSeedMattersOnlyWithAugmentation) {
  const auto losses = [&](bool augment, std::uint64_t augment_seed) {
    const auto task = model_->create_task(
        {.parameters = with(*model_, {{"depth", std::int64_t{8}}, {"augment", augment}}),
         .seeds = {1, 2, augment_seed, 4},
         .device = "cpu",
         .data_path = {data_.folder()}});
    return train_epoch(*task, 0);
  };
  EXPECT_NE(losses(true, 3), losses(true, 4));
  EXPECT_EQ(losses(false, 3), losses(false, 4));
}

TEST_P(ResNetPlugin, RefusesADepthThatNoNetworkHas) {
  TaskContext context{.parameters = with(*model_, {{"depth", std::int64_t{10}}}),
                      .seeds = {},
                      .device = "cpu",
                      .data_path = {data_.folder()}};
  EXPECT_THAT([&] { (void)model_->create_task(context); },
              ThrowsMessage<Error>(HasSubstr("no network of depth 10")));
}

}  // namespace
}  // namespace ndbench
