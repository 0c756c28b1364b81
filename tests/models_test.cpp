// What the autoencoder and the residual network compute.
#include <gmock/gmock.h>

#include "model_plugin.h"
#include "models/resnet/resnet_network.h"

namespace ndbench {
namespace {

using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::ThrowsMessage;

std::int64_t parameter_count(const torch::nn::Module& module) {
  std::int64_t count = 0;
  for (const at::Tensor& parameter : module.parameters()) {
    count += parameter.numel();
  }
  return count;
}

resnet::Network resnet_of(std::int64_t depth, std::int64_t channels, std::int64_t side,
                          std::int64_t classes) {
  Images images;
  images.channels = channels;
  images.height = side;
  images.width = side;
  images.classes = classes;
  return resnet::Network(resnet::architecture_of(depth), images);
}

std::int64_t resnet_parameters(std::int64_t depth, std::int64_t channels) {
  return parameter_count(*resnet_of(depth, channels, 28, 10));
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
    resnet::Network grey = resnet_of(depth, 1, 28, 10);
    resnet::Network colour = resnet_of(depth, 3, 32, 7);
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

/// A plugin on images that can be learnt.
class OnLevelImages : public testing::Test {
 protected:
  explicit OnLevelImages(const char* path) : model_(make_model(path)) {}

  [[nodiscard]] std::unique_ptr<Task> make_task(double learning_rate,
                                                std::size_t shards = 1) const {
    return model_->create_task({.parameters = with(*model_, {{"batch_size", std::int64_t{25}},
                                                             {"depth", std::int64_t{8}},
                                                             {"augment", false},
                                                             {"learning_rate", learning_rate}}),
                                .seeds = {1, 2, 3, 4},
                                .device = "cpu",
                                .data_path = {data_.folder()},
                                .sharding = {std::vector<std::string>(shards, "cpu")}});
  }

  /// Trains an epoch in shards and looks at the last step's outputs.
  void expect_to_train_in_shards(double learning_rate, const std::string& output) const {
    const auto task = make_task(learning_rate, 3);
    EXPECT_EQ(task->shards(), 3U);
    EXPECT_EQ(make_task(learning_rate)->shards(), 1U);
    EXPECT_EQ(train_epoch(*task, 0), train_epoch(*make_task(learning_rate, 3), 0));
    std::vector<std::string> names;
    task->visit_outputs([&](const std::string& name, const at::Tensor& value) {
      names.push_back(name);
      EXPECT_EQ(value.size(0), 10);  // all of the last batch of 60 examples, 25 at a time
    });
    EXPECT_THAT(names, testing::ElementsAre(output));
  }

  LevelImages data_;
  std::unique_ptr<Model> model_;
};

class AutoencoderPlugin : public OnLevelImages {
 protected:
  AutoencoderPlugin() : OnLevelImages(NDBENCH_TEST_AUTOENCODER) {}
  [[nodiscard]] std::unique_ptr<Task> make_task() const { return OnLevelImages::make_task(0.01); }
};

class ResNetPlugin : public OnLevelImages {
 protected:
  ResNetPlugin() : OnLevelImages(NDBENCH_TEST_RESNET) {}
  [[nodiscard]] std::unique_ptr<Task> make_task() const { return OnLevelImages::make_task(0.02); }
};

TEST_F(AutoencoderPlugin, TrainsInShards) { expect_to_train_in_shards(0.01, "reconstruction"); }

TEST_F(ResNetPlugin, TrainsInShards) { expect_to_train_in_shards(0.02, "logits"); }

TEST_F(AutoencoderPlugin, HasTheLossOfAWholeBatchInShards) {
  const auto first_loss = [](const std::unique_ptr<Task>& task) {
    task->start_epoch(0);
    (void)task->next_batch();
    return task->train_step().item<float>();
  };
  EXPECT_NEAR(first_loss(OnLevelImages::make_task(0.01, 3)), first_loss(make_task()), 1e-6);
}

TEST_F(AutoencoderPlugin, HasItsParameters) {
  // 784*128 + 128, 128*64 + 64, 64*32 + 32, 32*64 + 64, 64*128 + 128, 128*784 + 784.
  std::int64_t count = 0;
  make_task()->visit_state(
      [&](const std::string&, const at::Tensor& value) { count += value.numel(); });
  EXPECT_EQ(count, 100'480 + 8'256 + 2'080 + 2'112 + 8'320 + 101'136);
}

TEST_F(AutoencoderPlugin, EvaluatesTheMeanSquaredError) {
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

TEST_F(ResNetPlugin, EvaluatesTheAccuracyOfItsPredictions) {
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

TEST_F(ResNetPlugin, AugmentSeedMattersOnlyWithAugmentation) {
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

TEST_F(ResNetPlugin, RefusesADepthThatNoNetworkHas) {
  TaskContext context{.parameters = with(*model_, {{"depth", std::int64_t{10}}}),
                      .seeds = {},
                      .device = "cpu",
                      .data_path = {data_.folder()}};
  EXPECT_THAT([&] { (void)model_->create_task(context); },
              ThrowsMessage<Error>(HasSubstr("no network of depth 10")));
}

}  // namespace
}  // namespace ndbench
