#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ndbench/torch.h"

// The residual networks of He et al. 2015, "Deep Residual Learning for Image Recognition"
// (arXiv 1512.03385), for small images. Modules have the names of torchvision's ResNet.
namespace ndbench::resnet {

inline auto conv(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride) {
  return torch::nn::Conv2d(
      torch::nn::Conv2dOptions(in, out, kernel).stride(stride).padding(kernel / 2).bias(false));
}

/// Where a block changes the shape, its shortcut does too (section 3.3).
enum class Shortcut {
  kPadding,     ///< option A: every second pixel, new channels zero; no parameters
  kProjection,  ///< option B: 1×1 convolution and batch norm
};

/// relu(bn(conv(relu(bn(conv(x))))) + shortcut(x)), with 3×3 convolutions.
class BasicBlockImpl : public torch::nn::Module {
 public:
  BasicBlockImpl(std::int64_t in, std::int64_t out, std::int64_t stride, Shortcut shortcut)
      : stride_(stride), new_channels_(out - in) {
    conv1_ = register_module("conv1", conv(in, out, 3, stride));
    bn1_ = register_module("bn1", torch::nn::BatchNorm2d(out));
    conv2_ = register_module("conv2", conv(out, out, 3, 1));
    bn2_ = register_module("bn2", torch::nn::BatchNorm2d(out));
    const bool changes_shape = stride != 1 || in != out;
    if (changes_shape && shortcut == Shortcut::kProjection) {
      downsample_ = register_module(
          "downsample",
          torch::nn::Sequential(conv(in, out, 1, stride), torch::nn::BatchNorm2d(out)));
    }
  }

  at::Tensor forward(const at::Tensor& input) {
    at::Tensor x = bn1_(conv1_(input)).relu_();
    x = bn2_(conv2_(x));
    return x.add_(shortcut(input)).relu_();
  }

 private:
  at::Tensor shortcut(const at::Tensor& input) {
    if (!downsample_.is_empty()) {
      return downsample_->forward(input);
    }
    if (stride_ == 1 && new_channels_ == 0) {
      return input;
    }
    const at::Tensor every_second = input.slice(2, 0, {}, stride_).slice(3, 0, {}, stride_);
    return at::constant_pad_nd(every_second, {0, 0, 0, 0, 0, new_channels_});
  }

  std::int64_t stride_;
  std::int64_t new_channels_;
  torch::nn::Conv2d conv1_{nullptr}, conv2_{nullptr};
  torch::nn::BatchNorm2d bn1_{nullptr}, bn2_{nullptr};
  torch::nn::Sequential downsample_{nullptr};
};
TORCH_MODULE(BasicBlock);

struct Architecture {
  std::int64_t stages;
  std::int64_t blocks_per_stage;
  std::int64_t width;  ///< channels of the first stage, doubled from stage to stage
  Shortcut shortcut;
};

/// Whether there is a network of this depth: 18, or 6n + 2.
[[nodiscard]] constexpr bool has_depth(std::int64_t depth) {
  return depth == 18 || (depth >= 8 && depth % 6 == 2);
}

/// Depth 6n + 2: the CIFAR-10 networks of section 4.2, 3 stages of n blocks with 16, 32, 64
/// channels and option A. Depth 18: the ImageNet network of table 1 with a 3×3 stem and without max
/// pooling, as is usual for small images; option B. @pre has_depth(depth).
[[nodiscard]] constexpr Architecture architecture_of(std::int64_t depth) {
  return depth == 18 ? Architecture{4, 2, 64, Shortcut::kProjection}
                     : Architecture{3, (depth - 2) / 6, 16, Shortcut::kPadding};
}

/// Input [N, channels, H, W] of any size, e.g. 1×28×28 or 3×32×32; output [N, classes] logits.
class NetworkImpl : public torch::nn::Module {
 public:
  NetworkImpl(const Architecture& architecture, std::int64_t channels, std::int64_t classes) {
    std::int64_t width = architecture.width;
    conv1_ = register_module("conv1", conv(channels, width, 3, 1));
    bn1_ = register_module("bn1", torch::nn::BatchNorm2d(width));
    std::int64_t in = width;
    for (std::int64_t stage = 1; stage <= architecture.stages; ++stage, width *= 2) {
      torch::nn::Sequential blocks;
      for (std::int64_t block = 0; block < architecture.blocks_per_stage; ++block) {
        const std::int64_t stride = stage > 1 && block == 0 ? 2 : 1;
        blocks->push_back(BasicBlock(in, width, stride, architecture.shortcut));
        in = width;
      }
      stages_.emplace_back(register_module("layer" + std::to_string(stage), blocks));
    }
    fc_ = register_module("fc", torch::nn::Linear(in, classes));
  }

  at::Tensor forward(const at::Tensor& images) {
    at::Tensor x = bn1_(conv1_(images)).relu_();
    for (torch::nn::Sequential& stage : stages_) {
      x = stage->forward(x);
    }
    // Not AdaptiveAvgPool2d: its backward pass has no deterministic form on CUDA.
    return fc_(x.mean({2, 3}));
  }

 private:
  torch::nn::Conv2d conv1_{nullptr};
  torch::nn::BatchNorm2d bn1_{nullptr};
  std::vector<torch::nn::Sequential> stages_;
  torch::nn::Linear fc_{nullptr};
};
TORCH_MODULE(Network);

}  // namespace ndbench::resnet
