#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "../layers.h"
#include "../least_size.h"
#include "ndbench/dropout.h"
#include "ndbench/image_network.h"

// The network of Howard et al. 2017, "MobileNets: Efficient Convolutional Neural Networks for
// Mobile Vision Applications" (arXiv 1704.04861), table 1, width 1.0, as Keras Applications has it:
// ReLU6, batch norm's epsilon 1e-3, dropout of 1e-3 before the classifier.
namespace ndbench::mobilenet {

inline constexpr std::int64_t kLeastSize = 32;  // five halvings; Keras' limit too

struct BlockShape {
  std::int64_t out;
  std::int64_t stride;
};

inline constexpr std::array<BlockShape, 13> kBlocks{{{64, 1},
                                                     {128, 2},
                                                     {128, 1},
                                                     {256, 2},
                                                     {256, 1},
                                                     {512, 2},
                                                     {512, 1},
                                                     {512, 1},
                                                     {512, 1},
                                                     {512, 1},
                                                     {512, 1},
                                                     {1024, 2},
                                                     {1024, 1}}};

/// Keras pads before a convolution of stride 2 at the right and the bottom alone; others keep the
/// size by a pixel on every side.
inline at::Tensor padded(const at::Tensor& x, std::int64_t stride) {
  return stride == 1 ? x : at::constant_pad_nd(x, {0, 1, 0, 1});
}

/// 3×3 convolution for padded(): of all channels, or of each by itself.
inline torch::nn::Conv2d conv3(std::int64_t in, std::int64_t out, std::int64_t stride,
                               std::int64_t groups) {
  return torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, 3)
                               .stride(stride)
                               .padding(stride == 1 ? 1 : 0)
                               .groups(groups)
                               .bias(false));
}

/// 3×3 convolution of each channel, then 1×1 across channels; relu6(bn(·)) after both.
class SeparableBlockImpl : public torch::nn::Module {
 public:
  SeparableBlockImpl(std::int64_t in, BlockShape shape) : stride_(shape.stride) {
    depthwise_ = register_module("depthwise", conv3(in, in, stride_, /*groups=*/in));
    bn1_ = register_module("bn1", layers::keras_batch_norm(in));
    pointwise_ = register_module("pointwise", layers::conv(in, shape.out, 1));
    bn2_ = register_module("bn2", layers::keras_batch_norm(shape.out));
  }

  at::Tensor forward(const at::Tensor& input) {
    at::Tensor x = bn1_(depthwise_(padded(input, stride_)));
    x = bn2_(pointwise_(at::relu6_(x)));
    return at::relu6_(x);
  }

 private:
  std::int64_t stride_;
  torch::nn::Conv2d depthwise_{nullptr}, pointwise_{nullptr};
  torch::nn::BatchNorm2d bn1_{nullptr}, bn2_{nullptr};
};
TORCH_MODULE(SeparableBlock);

/// Input [N, channels, H, W] of any size from kLeastSize; output [N, classes] logits.
class NetworkImpl : public ImageNetwork {
 public:
  explicit NetworkImpl(const Images& images) {
    require_size("mobilenet", images, kLeastSize);
    std::int64_t in = 32;
    conv1_ = register_module("conv1", conv3(images.channels, in, /*stride=*/2, /*groups=*/1));
    bn1_ = register_module("bn1", layers::keras_batch_norm(in));
    const auto blocks = register_module("blocks", std::make_shared<torch::nn::Module>("blocks"));
    for (const BlockShape& shape : kBlocks) {
      blocks_.push_back(
          blocks->register_module(std::to_string(blocks_.size()), SeparableBlock(in, shape)));
      in = shape.out;
    }
    dropout_ = register_module("dropout", Dropout(1e-3));
    fc_ = register_module("fc", torch::nn::Linear(in, images.classes));
  }

  at::Tensor forward(const at::Tensor& images) override {
    at::Tensor x = bn1_(conv1_(padded(images, 2)));
    at::relu6_(x);
    for (SeparableBlock& block : blocks_) {
      x = block(x);
    }
    return fc_(dropout_(x.mean({2, 3})));
  }

 private:
  torch::nn::Conv2d conv1_{nullptr};
  torch::nn::BatchNorm2d bn1_{nullptr};
  std::vector<SeparableBlock> blocks_;
  Dropout dropout_{nullptr};
  torch::nn::Linear fc_{nullptr};
};
TORCH_MODULE(Network);

}  // namespace ndbench::mobilenet
