// The control that parity must catch: what re-used buffers do to gradients and to training.
#include <gmock/gmock.h>

#include <cstdio>
#include <numeric>

#include "model_plugin.h"

namespace ndbench {
namespace {

using Settings = std::map<std::string, ParameterValue>;

std::int64_t operator""_i(unsigned long long value) { return static_cast<std::int64_t>(value); }

Settings video(std::int64_t sequences, Settings more = {}) {
  more.insert({{"dataset", "synthetic"},
               {"sequences", sequences},
               {"test_sequences", 1_i},
               {"frame_width", 32_i},
               {"frame_height", 24_i},
               {"layers", 3_i},
               {"width", 8_i}});
  return more;
}

std::unique_ptr<Task> make_task(const char* plugin, const Settings& settings,
                                std::uint64_t seed = 1) {
  const auto model = make_model(plugin);
  return model->create_task({.parameters = with(*model, settings),
                             .seeds = {seed, 2, 3, 4},
                             .device = "cpu",
                             .data_path = {}});
}

std::unique_ptr<Task> make_control(Settings more, std::int64_t sequences = 1,
                                   std::uint64_t seed = 1) {
  return make_task(NDBENCH_TEST_PREDNET_CHAINER, video(sequences, std::move(more)), seed);
}

struct FirstStep {
  double loss = 0.0;
  at::Tensor gradient;  ///< of all parameters, float64
};

FirstStep first_step(Task& task) {
  FirstStep step;
  task.start_epoch(0);
  (void)task.next_batch();
  step.loss = task.train_step().item<double>();
  std::vector<at::Tensor> parts;
  task.visit_state([&](const std::string& name, const at::Tensor& value) {
    if (name.starts_with("parameters/")) parts.push_back(value.grad().flatten().to(at::kDouble));
  });
  step.gradient = at::cat(parts);
  return step;
}

double relative_error(const at::Tensor& value, const at::Tensor& reference) {
  return ((value - reference).norm() / reference.norm()).item<double>();
}

TEST(PredNetChainer, SharedBuffersChangeTheGradientAndNotTheLoss) {
  const FirstStep shared = first_step(*make_control({{"copy", false}}));
  const FirstStep copied = first_step(*make_control({{"copy", true}}));
  EXPECT_EQ(shared.loss, copied.loss);
  const double error = relative_error(shared.gradient, copied.gradient);
  EXPECT_GT(error, 0.005);
  EXPECT_LT(error, 0.5);
}

TEST(PredNetChainer, CopiedItIsWatanabesNetworkAsPredNetTrainsIt) {
  const FirstStep copied = first_step(*make_control({{"copy", true}}));
  const FirstStep prednet =
      first_step(*make_task(NDBENCH_TEST_PREDNET, video(1, {{"variant", "watanabe"}})));
  EXPECT_NEAR(copied.loss, prednet.loss, 1e-6 * prednet.loss);
  EXPECT_LT(relative_error(copied.gradient, prednet.gradient), 1e-5);
}

TEST(PredNetChainer, AnotherTypeThanTheBuffersHasToBeCopied) {
  const auto in_float64 = [](bool copy) {
    return first_step(*make_control({{"copy", copy}, {"precision", "float64"}}));
  };
  EXPECT_EQ(relative_error(in_float64(false).gradient, in_float64(true).gradient), 0.0);
}

TEST(PredNetChainer, ShowsItsBuffersWhereTheNetworkReadsThem) {
  const auto shown = [](Task& task) {
    std::vector<std::string> names;
    task.start_epoch(0);
    (void)task.next_batch();
    task.visit_batch([&](const std::string& name, const at::Tensor&) { names.push_back(name); });
    return names;
  };
  EXPECT_THAT(shown(*make_control({{"copy", false}})),
              testing::ElementsAre("frames", "continues", "x_batch", "y_batch"));
  EXPECT_THAT(shown(*make_control({{"copy", true}})), testing::ElementsAre("frames", "continues"));
}

class PredNetChainerTraining : public testing::TestWithParam<std::uint64_t> {};

/// Mean training loss of the last 50 of 250 updates.
double loss_at_the_end(bool copy, std::uint64_t seed) {
  // A sequence of 41 frames holds two windows of 21 that share a frame.
  const auto task = make_control({{"copy", copy}}, 125, seed);
  const std::vector<float> losses = train_epoch(*task, 0);
  EXPECT_EQ(losses.size(), 250U);
  return std::accumulate(losses.end() - 50, losses.end(), 0.0) / 50.0;
}

TEST_P(PredNetChainerTraining, LearnsWorseFromSharedBuffers) {
  const double shared = loss_at_the_end(false, GetParam());
  const double copied = loss_at_the_end(true, GetParam());
  std::printf("seed %d: shared %.6f, copied %.6f, ratio %.2f\n", static_cast<int>(GetParam()),
              shared, copied, shared / copied);
  EXPECT_GT(shared, 1.5 * copied);
}

INSTANTIATE_TEST_SUITE_P(Seeds, PredNetChainerTraining, testing::Values(0U, 1U, 2U));

}  // namespace
}  // namespace ndbench
