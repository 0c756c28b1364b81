// How many parameters the image networks have, and under which names.
#include <gmock/gmock.h>

#include "networks.h"

namespace ndbench::networks {
namespace {

std::int64_t parameter_count(const torch::nn::Module& module) {
  std::int64_t count = 0;
  for (const at::Tensor& parameter : module.parameters()) {
    count += parameter.numel();
  }
  return count;
}

std::int64_t running_statistics_count(const torch::nn::Module& module) {
  std::int64_t count = 0;
  for (const auto& buffer : module.named_buffers()) {
    if (buffer.key().find(".running_") != std::string::npos) {
      count += buffer.value().numel();
    }
  }
  return count;
}

TEST(NetworkParameters, HaveThePublishedCountsAtTheSizeOfImageNet) {
  const auto large = resnet::Stem::kLarge;
  const struct {
    std::string name;
    Make make;
    std::int64_t parameters;
  } kPublished[] = {
      // torchvision 0.14.1, "num_params" of each network's weights.
      {"resnet18", resnet_of(18, large), 11'689'512},
      {"resnet34", resnet_of(34, large), 21'797'672},
      {"resnet50", resnet_of(50, large), 25'557'032},
      {"resnet101", resnet_of(101, large), 44'549'160},
      {"resnet152", resnet_of(152, large), 60'192'808},
      {"vgg16", vgg_of(16), 138'357'544},
      {"vgg19", vgg_of(19), 143'667'240},
      {"densenet121", densenet_of(121), 7'978'856},
      {"densenet169", densenet_of(169), 14'149'480},
      {"densenet201", densenet_of(201), 20'013'928},
      {"efficientnet b0", efficientnet_of("b0"), 5'288'548},
      {"efficientnet b1", efficientnet_of("b1"), 7'794'184},
      {"efficientnet b2", efficientnet_of("b2"), 9'109'994},
      {"efficientnet b3", efficientnet_of("b3"), 12'233'232},
      {"efficientnet b4", efficientnet_of("b4"), 19'341'616},
      {"efficientnet b5", efficientnet_of("b5"), 30'389'784},
      {"efficientnet b6", efficientnet_of("b6"), 43'040'704},
      {"efficientnet b7", efficientnet_of("b7"), 66'347'960},
      // The auxiliary classifier: 768*128 + 2*128; 128*768*25 + 2*768; 768*1000 + 1000.
      {"inception v3", inception_of(false), 27'161'264 - 98'560 - 2'459'136 - 769'000},
      // Keras Applications, less the running statistics that it counts too.
      {"xception", xception_of, 22'910'480 - 54'528},
      {"mobilenet", mobilenet_of, 4'253'864 - 21'888},
      // Kernels k^2 (3*16 + 16*32 + ... + 256*512), biases and batch norms 3 (16 + ... + 512),
      // linear 512*1000 + 1000.
      {"medium_cnn 1", medium_cnn_of(1), 1 * 174'640 + 3'024 + 513'000},
      {"medium_cnn 3", medium_cnn_of(3), 9 * 174'640 + 3'024 + 513'000},
      {"medium_cnn 5", medium_cnn_of(5), 25 * 174'640 + 3'024 + 513'000},
      {"medium_cnn 7", medium_cnn_of(7), 49 * 174'640 + 3'024 + 513'000},
  };
  const Images images = images_of(224);
  for (const auto& published : kPublished) {
    EXPECT_EQ(parameter_count(*published.make(images)), published.parameters) << published.name;
  }
  EXPECT_EQ(parameter_count(*inception_of(true)(images_of(299))), 27'161'264);
}

TEST(NetworkParameters, ComeWithTheRunningStatisticsThatKerasCounts) {
  EXPECT_EQ(running_statistics_count(*xception_of(images_of(224))), 54'528);
  EXPECT_EQ(running_statistics_count(*mobilenet_of(images_of(224))), 21'888);
}

TEST(NetworkParameters, OfSmallCnnAreThoseOfTheStudyOnCifar) {
  // 3*16*9 + 16; 16*32*9 + 32; 32*32*9 + 32; 32*32 + 32; 32*10 + 10.
  EXPECT_EQ(parameter_count(*small_cnn_of(false)(images_of(32, 10))),
            448 + 4'640 + 9'248 + 1'056 + 330);
  // Batch norm: 2 (16 + 32 + 32).
  EXPECT_EQ(parameter_count(*small_cnn_of(true)(images_of(32, 10))), 15'722 + 160);
}

TEST(NetworkParameters, HaveTheNamesOfTorchvisionOrTheirOwn) {
  const struct {
    Make make;
    std::int64_t side;
    std::vector<std::string> names;
  } kNamed[] = {
      {resnet_of(50, resnet::Stem::kLarge),
       32,
       {"conv1.weight", "layer1.0.conv3.weight", "layer1.0.downsample.1.bias", "fc.bias"}},
      {vgg_of(16),
       32,
       {"features.0.weight", "features.28.bias", "classifier.0.weight", "classifier.6.bias"}},
      {densenet_of(121),
       32,
       {"features.conv0.weight", "features.denseblock1.denselayer1.norm1.weight",
        "features.transition3.conv.weight", "features.norm5.bias", "classifier.weight"}},
      {inception_of(true),
       299,
       {"Conv2d_1a_3x3.conv.weight", "Mixed_5b.branch1x1.bn.weight",
        "Mixed_7c.branch3x3dbl_3b.conv.weight", "AuxLogits.conv0.conv.weight", "fc.weight"}},
      {efficientnet_of("b0"),
       32,
       {"features.0.0.weight", "features.1.0.block.0.0.weight", "features.1.0.block.1.fc1.bias",
        "features.7.0.block.3.1.weight", "features.8.0.weight", "classifier.1.bias"}},
      {mobilenet_of,
       32,
       {"conv1.weight", "blocks.0.depthwise.weight", "blocks.12.bn2.bias", "fc.bias"}},
      {xception_of, 71, {"block2.sepconv1.depthwise.weight", "block13.shortcut.weight", "fc.bias"}},
      {small_cnn_of(true), 32, {"conv3.bias", "bn3.weight", "fc1.weight", "fc2.bias"}},
      {medium_cnn_of(3), 64, {"conv6.bias", "bn6.weight", "fc.weight"}},
  };
  for (const auto& named : kNamed) {
    const auto parameters = named.make(images_of(named.side, 7))->named_parameters();
    for (const std::string& name : named.names) {
      EXPECT_TRUE(parameters.contains(name)) << name;
    }
  }
}

TEST(EfficientNetNetwork, RoundsChannelsToEightsAndNeverLosesATenth) {
  EXPECT_EQ(efficientnet::scaled(32, 1.1), 32);  // 35.2
  EXPECT_EQ(efficientnet::scaled(24, 1.2), 32);  // 28.8: 32 is nearer than 24
  EXPECT_EQ(efficientnet::scaled(16, 1.1), 16);  // 17.6, of which 16 is more than nine tenths
  EXPECT_EQ(efficientnet::scaled(10, 1.1), 16);  // 11: 8 is less than 9.9
  EXPECT_EQ(efficientnet::scaled(320, 2.0), 640);
}

TEST(ResNetNetwork, TakesFiftyAndAHundredAndFiftyTwoForTheNetworksOfImageNet) {
  for (const std::int64_t depth : {50, 101, 152}) {
    EXPECT_EQ(resnet::architecture_of(depth).block, resnet::Block::kBottleneck) << depth;
  }
  for (const std::int64_t depth : {18, 34, 20, 56}) {
    EXPECT_EQ(resnet::architecture_of(depth).block, resnet::Block::kBasic) << depth;
  }
}

}  // namespace
}  // namespace ndbench::networks
