#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "../least_size.h"
#include "efficientnet_blocks.h"
#include "ndbench/image_network.h"

// The networks of Tan and Le 2019, "EfficientNet: Rethinking Model Scaling for Convolutional Neural
// Networks" (arXiv 1905.11946), as torchvision has them. Modules have the names of its
// EfficientNet.
namespace ndbench::efficientnet {

inline constexpr std::int64_t kLeastSize = 32;        // five halvings
inline constexpr double kStochasticDepth = 0.2;       // of the block behind the last one
inline constexpr BatchNormOptions kSlow{1e-3, 0.01};  // of B5 to B7

/// What sets a variant apart from B0.
struct Variant {
  std::string_view name;
  double width;
  double depth;
  double dropout;
  BatchNormOptions batch_norm{};
};

inline constexpr std::array<Variant, 8> kVariants{{
    {"b0", 1.0, 1.0, 0.2},
    {"b1", 1.0, 1.1, 0.2},
    {"b2", 1.1, 1.2, 0.3},
    {"b3", 1.2, 1.4, 0.3},
    {"b4", 1.4, 1.8, 0.4},
    {"b5", 1.6, 2.2, 0.4, kSlow},
    {"b6", 1.8, 2.6, 0.5, kSlow},
    {"b7", 2.0, 3.1, 0.5, kSlow},
}};

/// @pre there is a variant of this name.
[[nodiscard]] constexpr const Variant& variant_of(std::string_view name) {
  return *std::find_if(kVariants.begin(), kVariants.end(),
                       [&](const Variant& variant) { return variant.name == name; });
}

struct Stage {
  BlockShape first;  ///< the others of the stage have stride 1 and keep the channels
  std::int64_t blocks;
};

/// B0: table 1.
inline constexpr std::array<Stage, 7> kStages{{
    {{.in = 32, .out = 16, .expansion = 1, .kernel = 3, .stride = 1}, 1},
    {{.in = 16, .out = 24, .expansion = 6, .kernel = 3, .stride = 2}, 2},
    {{.in = 24, .out = 40, .expansion = 6, .kernel = 5, .stride = 2}, 2},
    {{.in = 40, .out = 80, .expansion = 6, .kernel = 3, .stride = 2}, 3},
    {{.in = 80, .out = 112, .expansion = 6, .kernel = 5, .stride = 1}, 3},
    {{.in = 112, .out = 192, .expansion = 6, .kernel = 5, .stride = 2}, 4},
    {{.in = 192, .out = 320, .expansion = 6, .kernel = 3, .stride = 1}, 1},
}};

/// The multiple of 8 next to `channels` times `width`, but never below 90 % of it.
[[nodiscard]] constexpr std::int64_t scaled(std::int64_t channels, double width) {
  const double exact = static_cast<double>(channels) * width;
  const std::int64_t nearest =
      std::max<std::int64_t>(8, static_cast<std::int64_t>(exact + 4) / 8 * 8);
  return static_cast<double>(nearest) < 0.9 * exact ? nearest + 8 : nearest;
}

/// B0's stages, wider and deeper.
[[nodiscard]] inline std::array<Stage, 7> stages_of(const Variant& variant) {
  std::array<Stage, 7> stages = kStages;
  for (Stage& stage : stages) {
    stage.first.in = scaled(stage.first.in, variant.width);
    stage.first.out = scaled(stage.first.out, variant.width);
    stage.blocks = std::llround(std::ceil(static_cast<double>(stage.blocks) * variant.depth));
  }
  return stages;
}

/// Input [N, channels, H, W] of any size from kLeastSize; output [N, classes] logits.
class NetworkImpl : public ImageNetwork {
 public:
  NetworkImpl(const Variant& variant, const Images& images) {
    require_size("efficientnet", images, kLeastSize);
    const auto stages = stages_of(variant);
    std::int64_t blocks = 0;
    for (const Stage& stage : stages) {
      blocks += stage.blocks;
    }
    const auto container = [](torch::nn::Module& in, const std::string& name) {
      return in.register_module(name, std::make_shared<torch::nn::Module>(name));
    };
    const auto features = container(*this, "features");
    stem_ = features->register_module(
        "0",
        ConvNorm(layers::conv(images.channels, stages.front().first.in, 3, 2), variant.batch_norm));
    int index = 1;
    for (const Stage& stage : stages) {
      const auto stage_module = container(*features, std::to_string(index++));
      BlockShape shape = stage.first;
      for (std::int64_t i = 0; i < stage.blocks; ++i) {
        const double drop =
            kStochasticDepth * static_cast<double>(blocks_.size()) / static_cast<double>(blocks);
        blocks_.push_back(stage_module->register_module(std::to_string(i),
                                                        MBConv(shape, drop, variant.batch_norm)));
        shape.in = shape.out;
        shape.stride = 1;
      }
    }
    const std::int64_t out = stages.back().first.out;
    head_ = features->register_module(std::to_string(index),
                                      ConvNorm(layers::conv(out, 4 * out, 1), variant.batch_norm));
    const auto classifier = container(*this, "classifier");
    dropout_ = classifier->register_module("0", Dropout(variant.dropout));
    fc_ = classifier->register_module("1", torch::nn::Linear(4 * out, images.classes));
  }

  at::Tensor forward(const at::Tensor& images) override {
    at::Tensor x = at::silu(stem_(images));
    for (MBConv& block : blocks_) {
      x = block(x);
    }
    // Not adaptive pooling: its backward pass has no deterministic form on CUDA.
    return fc_(dropout_(at::silu(head_(x)).mean({2, 3})));
  }

 private:
  ConvNorm stem_{nullptr}, head_{nullptr};
  std::vector<MBConv> blocks_;
  Dropout dropout_{nullptr};
  torch::nn::Linear fc_{nullptr};
};
TORCH_MODULE(Network);

}  // namespace ndbench::efficientnet
