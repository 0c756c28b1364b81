#pragma once

#include <cstdint>

#include "../layers.h"
#include "ndbench/torch.h"

// The two residual blocks of He et al. 2015 (arXiv 1512.03385), figure 5. Modules have the names of
// torchvision's BasicBlock and Bottleneck.
namespace ndbench::resnet {

using layers::conv;

/// Where a block changes the shape, its shortcut does too (section 3.3).
enum class Shortcut {
  kPadding,     ///< option A: every second pixel, new channels zero; no parameters
  kProjection,  ///< option B: 1×1 convolution and batch norm
};

inline torch::nn::Sequential projection(std::int64_t in, std::int64_t out, std::int64_t stride) {
  return torch::nn::Sequential(conv(in, out, 1, stride), torch::nn::BatchNorm2d(out));
}

/// relu(bn(conv(relu(bn(conv(x))))) + shortcut(x)), with 3×3 convolutions.
class BasicBlockImpl : public torch::nn::Module {
 public:
  BasicBlockImpl(std::int64_t in, std::int64_t out, std::int64_t stride, Shortcut shortcut)
      : stride_(stride), new_channels_(out - in) {
    conv1_ = register_module("conv1", conv(in, out, 3, stride));
    bn1_ = register_module("bn1", torch::nn::BatchNorm2d(out));
    conv2_ = register_module("conv2", conv(out, out, 3));
    bn2_ = register_module("bn2", torch::nn::BatchNorm2d(out));
    const bool changes_shape = stride != 1 || in != out;
    if (changes_shape && shortcut == Shortcut::kProjection) {
      downsample_ = register_module("downsample", projection(in, out, stride));
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

/// 1×1 down to `width` channels, 3×3, 1×1 up to 4 · `width`, with option B. The stride is in the
/// 3×3 convolution, as in torchvision ("ResNet v1.5"); the paper has it in the first 1×1.
class BottleneckImpl : public torch::nn::Module {
 public:
  static constexpr std::int64_t kExpansion = 4;

  BottleneckImpl(std::int64_t in, std::int64_t width, std::int64_t stride) {
    const std::int64_t out = kExpansion * width;
    conv1_ = register_module("conv1", conv(in, width, 1));
    bn1_ = register_module("bn1", torch::nn::BatchNorm2d(width));
    conv2_ = register_module("conv2", conv(width, width, 3, stride));
    bn2_ = register_module("bn2", torch::nn::BatchNorm2d(width));
    conv3_ = register_module("conv3", conv(width, out, 1));
    bn3_ = register_module("bn3", torch::nn::BatchNorm2d(out));
    if (stride != 1 || in != out) {
      downsample_ = register_module("downsample", projection(in, out, stride));
    }
  }

  at::Tensor forward(const at::Tensor& input) {
    at::Tensor x = bn1_(conv1_(input)).relu_();
    x = bn2_(conv2_(x)).relu_();
    x = bn3_(conv3_(x));
    return x.add_(downsample_.is_empty() ? input : downsample_->forward(input)).relu_();
  }

 private:
  torch::nn::Conv2d conv1_{nullptr}, conv2_{nullptr}, conv3_{nullptr};
  torch::nn::BatchNorm2d bn1_{nullptr}, bn2_{nullptr}, bn3_{nullptr};
  torch::nn::Sequential downsample_{nullptr};
};
TORCH_MODULE(Bottleneck);

}  // namespace ndbench::resnet
