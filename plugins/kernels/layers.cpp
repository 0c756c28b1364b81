#include "layers.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "ndbench/error.h"

namespace ndbench::kernels {
namespace {

using enum Operation;

constexpr std::int64_t kImageSize = 224;
constexpr std::int64_t kClasses = 1000;

/// As in "Deep Residual Learning" (He et al. 2015), with the stride in a block's first convolution.
std::vector<Layer> resnet18() {
  std::vector<Layer> layers{{.name = "conv1",
                             .operation = kConvolution,
                             .channels = 3,
                             .size = kImageSize,
                             .filters = 64,
                             .kernel = 7,
                             .stride = 2,
                             .padding = 3},
                            {.name = "bn1", .operation = kBatchNorm, .channels = 64, .size = 112},
                            {.name = "maxpool",
                             .operation = kMaxPooling,
                             .channels = 64,
                             .size = 112,
                             .kernel = 3,
                             .stride = 2,
                             .padding = 1}};
  std::int64_t channels = 64;
  std::int64_t size = 56;
  for (int stage = 1; stage <= 4; ++stage) {
    const std::int64_t filters = 32 << stage;
    for (int block = 0; block < 2; ++block) {
      const std::int64_t stride = stage > 1 && block == 0 ? 2 : 1;
      const auto add = [&](const char* name, std::int64_t kernel, std::int64_t step) {
        layers.push_back({.name = fmt::format("layer{}.{}.{}", stage, block, name),
                          .operation = kConvolution,
                          .channels = channels,
                          .size = size,
                          .filters = filters,
                          .kernel = kernel,
                          .stride = step,
                          .padding = kernel / 2});
      };
      if (stride > 1) add("downsample", 1, stride);
      add("conv1", 3, stride);
      channels = filters;
      size /= stride;
      add("conv2", 3, 1);
    }
  }
  layers.push_back(
      {.name = "avgpool", .operation = kAveragePooling, .channels = 512, .size = 7, .kernel = 7});
  layers.push_back({.name = "softmax", .operation = kSoftmax, .channels = kClasses});
  // The gradient of a bias is a sum over batch and places.
  layers.push_back({.name = "bias", .operation = kSum, .channels = 64, .size = 112});
  return layers;
}

/// Configuration D of Simonyan and Zisserman 2014.
std::vector<Layer> vgg16() {
  std::vector<Layer> layers;
  std::int64_t channels = 3;
  std::int64_t size = kImageSize;
  int index = 0;
  for (const auto& [filters, count] :
       std::vector<std::pair<std::int64_t, int>>{{64, 2}, {128, 2}, {256, 3}, {512, 3}, {512, 3}}) {
    for (int i = 0; i < count; ++i, index += 2) {
      layers.push_back({.name = fmt::format("features.{}", index),
                        .operation = kConvolution,
                        .channels = channels,
                        .size = size,
                        .filters = filters,
                        .kernel = 3,
                        .padding = 1});
      channels = filters;
    }
    layers.push_back({.name = fmt::format("features.{}", index++),
                      .operation = kMaxPooling,
                      .channels = channels,
                      .size = size,
                      .kernel = 2,
                      .stride = 2});
    size /= 2;
  }
  return layers;
}

/// Of the overhead study (Zhuang et al. 2021): six convolutions, each halved by a pool.
std::vector<Layer> medium_cnn(std::int64_t kernel) {
  std::vector<Layer> layers;
  std::int64_t channels = 3;
  std::int64_t size = kImageSize;
  for (int i = 1; i <= 6; ++i) {
    const std::int64_t filters = 8 << i;
    layers.push_back({.name = fmt::format("conv{}", i),
                      .operation = kConvolution,
                      .channels = channels,
                      .size = size,
                      .filters = filters,
                      .kernel = kernel,
                      .padding = kernel / 2});
    channels = filters;
    size /= 2;
  }
  return layers;
}

const std::map<std::string, std::vector<Layer>>& all_networks() {
  static const std::map<std::string, std::vector<Layer>> all{
      {"resnet18", resnet18()},        {"vgg16", vgg16()},
      {"medium_cnn_1", medium_cnn(1)}, {"medium_cnn_3", medium_cnn(3)},
      {"medium_cnn_5", medium_cnn(5)}, {"medium_cnn_7", medium_cnn(7)}};
  return all;
}

}  // namespace

std::vector<std::string> networks() {
  std::vector<std::string> names;
  for (const auto& [name, layers] : all_networks()) names.push_back(name);
  return names;
}

std::vector<Layer> layers_of(const std::string& network) { return all_networks().at(network); }

Layer layer_of(const std::string& network, const std::string& name) {
  std::vector<std::string> names;
  for (const Layer& layer : layers_of(network)) {
    if (layer.name == name) return layer;
    names.push_back(layer.name);
  }
  throw Error(fmt::format("'{}' is no layer of {}; set layer to one of {}", name, network,
                          fmt::join(names, ", ")));
}

}  // namespace ndbench::kernels
