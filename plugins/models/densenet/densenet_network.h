#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "../layers.h"
#include "../least_size.h"
#include "ndbench/image_network.h"

// The networks of Huang et al. 2016, "Densely Connected Convolutional Networks" (arXiv 1608.06993),
// table 1: bottleneck layers and compression ("DenseNet-BC"). Modules have the names of
// torchvision's DenseNet.
namespace ndbench::densenet {

inline constexpr std::int64_t kGrowth = 32;     // k: channels that each layer adds
inline constexpr std::int64_t kLeastSize = 29;  // leaves one pixel: 29, 15, 8, 4, 2, 1

/// relu(bn(·)), 1×1 convolution to 4k channels, relu(bn(·)), 3×3 convolution to k channels.
class DenseLayerImpl : public torch::nn::Module {
 public:
  explicit DenseLayerImpl(std::int64_t in) {
    norm1_ = register_module("norm1", torch::nn::BatchNorm2d(in));
    conv1_ = register_module("conv1", layers::conv(in, 4 * kGrowth, 1));
    norm2_ = register_module("norm2", torch::nn::BatchNorm2d(4 * kGrowth));
    conv2_ = register_module("conv2", layers::conv(4 * kGrowth, kGrowth, 3));
  }

  at::Tensor forward(const at::Tensor& input) {
    const at::Tensor x = conv1_(norm1_(input).relu_());
    return conv2_(norm2_(x).relu_());
  }

 private:
  torch::nn::BatchNorm2d norm1_{nullptr}, norm2_{nullptr};
  torch::nn::Conv2d conv1_{nullptr}, conv2_{nullptr};
};
TORCH_MODULE(DenseLayer);

/// Layers that each see the block's input and what all layers before them added.
class DenseBlockImpl : public torch::nn::Module {
 public:
  DenseBlockImpl(std::int64_t layers, std::int64_t in) {
    for (std::int64_t i = 0; i < layers; ++i) {
      layers_.push_back(
          register_module("denselayer" + std::to_string(i + 1), DenseLayer(in + i * kGrowth)));
    }
  }

  at::Tensor forward(const at::Tensor& input) {
    at::Tensor x = input;
    for (DenseLayer& layer : layers_) {
      x = at::cat({x, layer(x)}, 1);
    }
    return x;
  }

 private:
  std::vector<DenseLayer> layers_;
};
TORCH_MODULE(DenseBlock);

/// Halves channels, by a 1×1 convolution of relu(bn(·)), and size, by averaging.
class TransitionImpl : public torch::nn::Module {
 public:
  explicit TransitionImpl(std::int64_t in) {
    norm_ = register_module("norm", torch::nn::BatchNorm2d(in));
    conv_ = register_module("conv", layers::conv(in, in / 2, 1));
  }

  at::Tensor forward(const at::Tensor& input) {
    return at::avg_pool2d(conv_(norm_(input).relu_()), 2);
  }

 private:
  torch::nn::BatchNorm2d norm_{nullptr};
  torch::nn::Conv2d conv_{nullptr};
};
TORCH_MODULE(Transition);

/// Layers of each dense block. @pre depth is 121, 169 or 201.
[[nodiscard]] constexpr std::array<std::int64_t, 4> layers_of(std::int64_t depth) {
  switch (depth) {
    case 121:
      return {6, 12, 24, 16};
    case 169:
      return {6, 12, 32, 32};
    default:
      return {6, 12, 48, 32};
  }
}

/// Input [N, channels, H, W] of any size from kLeastSize; output [N, classes] logits.
class NetworkImpl : public ImageNetwork {
 public:
  /// @pre depth is 121, 169 or 201.
  NetworkImpl(std::int64_t depth, const Images& images) {
    require_size("densenet", images, kLeastSize);
    std::int64_t width = 2 * kGrowth;
    const auto features =
        register_module("features", std::make_shared<torch::nn::Module>("features"));
    conv0_ = features->register_module("conv0", layers::conv(images.channels, width, 7, 2));
    norm0_ = features->register_module("norm0", torch::nn::BatchNorm2d(width));
    for (const std::int64_t layers : layers_of(depth)) {
      if (!blocks_.empty()) {
        transitions_.push_back(features->register_module(
            "transition" + std::to_string(blocks_.size()), Transition(width)));
        width /= 2;
      }
      blocks_.push_back(features->register_module("denseblock" + std::to_string(blocks_.size() + 1),
                                                  DenseBlock(layers, width)));
      width += layers * kGrowth;
    }
    norm5_ = features->register_module("norm5", torch::nn::BatchNorm2d(width));
    classifier_ = register_module("classifier", torch::nn::Linear(width, images.classes));
  }

  at::Tensor forward(const at::Tensor& images) override {
    at::Tensor x = layers::max_pool(norm0_(conv0_(images)), 3, 2, 1).relu_();
    x = blocks_[0](x);
    for (std::size_t i = 0; i < transitions_.size(); ++i) {
      x = blocks_[i + 1](transitions_[i](x));
    }
    // Not adaptive pooling: its backward pass has no deterministic form on CUDA.
    return classifier_(norm5_(x).relu_().mean({2, 3}));
  }

 private:
  torch::nn::Conv2d conv0_{nullptr};
  torch::nn::BatchNorm2d norm0_{nullptr}, norm5_{nullptr};
  std::vector<DenseBlock> blocks_;
  std::vector<Transition> transitions_;  // between them
  torch::nn::Linear classifier_{nullptr};
};
TORCH_MODULE(Network);

}  // namespace ndbench::densenet
