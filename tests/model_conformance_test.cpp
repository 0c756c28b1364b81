// What every model plugin of this tree promises, whatever it computes.
#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>

#include "model_plugin.h"

namespace ndbench {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

using Settings = std::map<std::string, ParameterValue>;

/// One plugin and the smallest of its networks that is still whole.
struct Case {
  const char* name;
  const char* path;
  Settings settings;
  std::int64_t examples = kTrainSize;      ///< of an epoch
  std::int64_t test_examples = kTestSize;  ///< that it evaluates
  bool shuffles = true;                    ///< the examples of an epoch
};

void PrintTo(const Case& the_case, std::ostream* stream) { *stream << the_case.name; }

std::int64_t operator""_i(unsigned long long value) { return static_cast<std::int64_t>(value); }

/// A deep network on a few made-up images.
Case deep(const char* name, const char* path, std::int64_t image_size, Settings settings = {}) {
  settings.insert({{"dataset", "synthetic"},
                   {"subset", 8_i},
                   {"test_subset", 4_i},
                   {"batch_size", 4_i},
                   {"image_size", image_size},
                   {"dropout", false},
                   {"learning_rate", 1e-4}});
  return {.name = name, .path = path, .settings = settings, .examples = 8, .test_examples = 4};
}

std::vector<Case> cases() {
  const Settings images{{"batch_size", 25_i}, {"augment", false}, {"learning_rate", 0.01}};
  const auto on_images = [&](Settings settings) {
    settings.insert(images.begin(), images.end());
    return settings;
  };
  const Settings video{{"dataset", "synthetic"}, {"sequences", 3_i},     {"test_sequences", 1_i},
                       {"frame_width", 16_i},    {"frame_height", 8_i},  {"layers", 3_i},
                       {"width", 4_i},           {"learning_rate", 0.01}};
  const auto on_video = [&](Settings settings) {
    settings.insert(video.begin(), video.end());
    return settings;
  };
  return {
      {"Autoencoder", NDBENCH_TEST_AUTOENCODER, images},
      {"GraphConvolution", NDBENCH_TEST_GRAPH_CONVOLUTION,
       on_images({{"subset", 60_i}, {"test_subset", 20_i}, {"hidden", 16_i}})},
      // 3 sequences of 41 frames hold 4 windows of 10 each; 9 frames of each are predicted.
      {"PredNetOriginal", NDBENCH_TEST_PREDNET, on_video({{"variant", "original"}}), 12, 36},
      // And 2 of 21, which overlap by 1.
      {"PredNetWatanabe", NDBENCH_TEST_PREDNET, on_video({{"variant", "watanabe"}}), 6, 40,
       /*shuffles=*/false},
      {"ResNet", NDBENCH_TEST_RESNET, on_images({{"depth", 8_i}})},
      {"SmallCNN", NDBENCH_TEST_SMALL_CNN, on_images({{"batch_norm", true}})},
      deep("ResNet50", NDBENCH_TEST_RESNET, 32, {{"depth", 50_i}, {"stem", "large"}}),
      deep("MediumCNN", NDBENCH_TEST_MEDIUM_CNN, 64, {{"kernel", 1_i}}),
      deep("VGG", NDBENCH_TEST_VGG, 32),
      deep("DenseNet", NDBENCH_TEST_DENSENET, 32),
      deep("Inception", NDBENCH_TEST_INCEPTION, 75),
      deep("Xception", NDBENCH_TEST_XCEPTION, 71),
      deep("MobileNet", NDBENCH_TEST_MOBILENET, 32),
      deep("EfficientNet", NDBENCH_TEST_EFFICIENTNET, 32),
  };
}

class ModelPlugin : public testing::TestWithParam<Case> {
 protected:
  [[nodiscard]] std::unique_ptr<Task> make_task(const Seeds& seeds = {1, 2, 3, 4}) const {
    return model_->create_task({.parameters = with(*model_, GetParam().settings),
                                .seeds = seeds,
                                .device = "cpu",
                                .data_path = {data_.folder()}});
  }

  LevelImages data_;
  std::unique_ptr<Model> model_ = make_model(GetParam().path);
};

TEST_P(ModelPlugin, DescribesItself) {
  const PluginDescriptor& descriptor = open_plugin(GetParam().path);
  EXPECT_EQ(descriptor.magic, kPluginMagic);
  EXPECT_EQ(descriptor.size, sizeof(PluginDescriptor));
  EXPECT_EQ(descriptor.kind, PluginKind::kModel);
  EXPECT_THAT(GetParam().path, HasSubstr(std::string("model_") + descriptor.name + ".so"));
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
      if (!parameter.choices.empty()) {
        EXPECT_THAT(parameter.choices, Contains(*text)) << parameter.name;
      }
    }
  }
}

TEST_P(ModelPlugin, EndsTheEpochAfterEveryExample) {
  const auto task = make_task();
  EXPECT_EQ(task->next_batch(), 0) << "before an epoch was started";
  task->start_epoch(0);
  std::int64_t examples = 0;
  while (const std::int64_t loaded = task->next_batch()) {
    examples += loaded;
  }
  EXPECT_EQ(examples, GetParam().examples);
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
  const float sum = std::accumulate(last.begin(), last.end(), 0.0F);
  EXPECT_LT(sum / static_cast<float>(last.size()), 0.95F * loss.item<float>());
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

TEST_P(ModelPlugin, OrderSeedChangesTheTrainingOfThoseThatShuffle) {
  const auto first = make_task({1, 2, 3, 4});
  const auto second = make_task({1, 9, 3, 4});
  EXPECT_EQ(train_epoch(*first, 0) != train_epoch(*second, 0), GetParam().shuffles);
}

TEST_P(ModelPlugin, ShowsTheBatchThatItTrainsOn) {
  const auto task = make_task();
  const auto batch_of = [&] {
    std::map<std::string, at::Tensor> batch;
    task->visit_batch(
        [&](const std::string& name, const at::Tensor& value) { batch[name] = value; });
    return batch;
  };
  EXPECT_THAT(batch_of(), IsEmpty()) << "before one was loaded";
  task->start_epoch(0);
  ASSERT_GT(task->next_batch(), 0);
  const auto batch = batch_of();
  ASSERT_FALSE(batch.empty());
  const auto again = batch_of();
  for (const auto& [name, value] : batch) {
    EXPECT_EQ(again.at(name).data_ptr(), value.data_ptr()) << name << " is a copy";
  }
}

TEST_P(ModelPlugin, ShowsWhatItPutOutInTheLastStep) {
  const auto task = make_task();
  const auto outputs_of = [&] {
    std::map<std::string, at::Tensor> outputs;
    task->visit_outputs(
        [&](const std::string& name, const at::Tensor& value) { outputs[name] = value; });
    return outputs;
  };
  EXPECT_THAT(outputs_of(), IsEmpty()) << "before a step";
  task->start_epoch(0);
  ASSERT_GT(task->next_batch(), 0);
  task->train_step();
  const auto first = outputs_of();
  ASSERT_FALSE(first.empty());
  for (const auto& [name, value] : first) {
    EXPECT_FALSE(value.requires_grad()) << name;
    EXPECT_GE(value.dim(), 2) << name;
    EXPECT_TRUE(value.isfinite().all().item<bool>()) << name;
    EXPECT_EQ(outputs_of().at(name).data_ptr(), value.data_ptr()) << name << " is a copy";
  }
  (void)task->evaluate();
  for (const auto& [name, value] : outputs_of()) {
    EXPECT_TRUE(value.equal(first.at(name))) << name << " is of the evaluation";
  }
  task->train_step();
  for (const auto& [name, value] : outputs_of()) {
    EXPECT_FALSE(value.equal(first.at(name))) << name << " is of an earlier step";
  }
}

TEST_P(ModelPlugin, DecidesByItsLogits) {
  const auto task = make_task();
  task->start_epoch(0);
  ASSERT_GT(task->next_batch(), 0);
  task->train_step();
  const Evaluation evaluation = task->evaluate();
  if (evaluation.predictions.empty()) {
    EXPECT_THAT(evaluation.targets, IsEmpty());
    EXPECT_THAT(evaluation.logits, IsEmpty());
    return;
  }
  const std::size_t examples = evaluation.predictions.size();
  ASSERT_EQ(evaluation.targets.size(), examples);
  ASSERT_EQ(evaluation.logits.size() % examples, 0U);
  const auto classes = static_cast<std::ptrdiff_t>(evaluation.logits.size() / examples);
  ASSERT_GT(classes, 1);
  std::size_t correct = 0;
  for (std::size_t i = 0; i < examples; ++i) {
    const auto first = evaluation.logits.begin() + static_cast<std::ptrdiff_t>(i) * classes;
    EXPECT_EQ(std::max_element(first, first + classes) - first, evaluation.predictions[i]) << i;
    correct += evaluation.predictions[i] == evaluation.targets[i] ? 1 : 0;
  }
  EXPECT_EQ(static_cast<double>(correct) / static_cast<double>(examples), evaluation.value);
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
  EXPECT_EQ(first.examples, GetParam().test_examples);
  EXPECT_EQ(first.value, second.value);
  EXPECT_EQ(first.predictions, second.predictions);
  EXPECT_EQ(first.other, second.other);
}

TEST_P(ModelPlugin, RefusesADataSetThatIsNotThere) {
  TaskContext context{.parameters = with(*model_, {{"dataset", "absent"}}),
                      .seeds = {},
                      .device = "cpu",
                      .data_path = {data_.folder()}};
  EXPECT_THAT([&] { (void)model_->create_task(context); },
              testing::ThrowsMessage<Error>(HasSubstr("absent")));
}

TEST(ModelPluginWithDropout, DrawsItFromItsSeed) {
  const auto model = make_model(NDBENCH_TEST_MOBILENET);
  Case the_case = deep("MobileNet", NDBENCH_TEST_MOBILENET, 32);
  the_case.settings["dropout"] = true;
  const auto losses = [&](std::uint64_t dropout_seed, bool dropout) {
    the_case.settings["dropout"] = dropout;
    // The rate is 0.001 of 1024 features: in 60 steps of 4 examples some are dropped.
    the_case.settings["subset"] = 240_i;
    const auto task = model->create_task({.parameters = with(*model, the_case.settings),
                                          .seeds = {1, 2, 3, dropout_seed},
                                          .device = "cpu",
                                          .data_path = {}});
    return train_epoch(*task, 0);
  };
  const auto first = losses(4, true);
  EXPECT_EQ(losses(4, true), first);
  EXPECT_NE(losses(5, true), first);
  EXPECT_EQ(losses(4, false), losses(5, false));
}

INSTANTIATE_TEST_SUITE_P(Every, ModelPlugin, testing::ValuesIn(cases()),
                         [](const auto& instance) { return std::string(instance.param.name); });

}  // namespace
}  // namespace ndbench
