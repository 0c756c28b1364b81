#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>

#include "../layers.h"
#include "ndbench/dropout.h"
#include "ndbench/torch.h"

// What EfficientNet is built from. Modules have the names of torchvision's EfficientNet.
namespace ndbench::efficientnet {

struct BatchNormOptions {
  double epsilon = 1e-5;
  double momentum = 0.1;
};

/// bn(convolution), named 0 and 1; the SiLU behind it, where there is one, is the caller's.
class ConvNormImpl : public torch::nn::Module {
 public:
  ConvNormImpl(const torch::nn::Conv2d& conv, BatchNormOptions options)
      : conv_(register_module("0", conv)) {
    bn_ = register_module(
        "1", torch::nn::BatchNorm2d(torch::nn::BatchNorm2dOptions(conv->options.out_channels())
                                        .eps(options.epsilon)
                                        .momentum(options.momentum)));
  }

  at::Tensor forward(const at::Tensor& input) { return bn_(conv_(input)); }

 private:
  torch::nn::Conv2d conv_;
  torch::nn::BatchNorm2d bn_{nullptr};
};
TORCH_MODULE(ConvNorm);

/// Scales each channel by sigmoid(fc2(silu(fc1(its mean)))) (Hu et al. 2017, arXiv 1709.01507).
class SqueezeExcitationImpl : public torch::nn::Module {
 public:
  SqueezeExcitationImpl(std::int64_t channels, std::int64_t squeezed) {
    fc1_ =
        register_module("fc1", torch::nn::Conv2d(torch::nn::Conv2dOptions(channels, squeezed, 1)));
    fc2_ =
        register_module("fc2", torch::nn::Conv2d(torch::nn::Conv2dOptions(squeezed, channels, 1)));
  }

  at::Tensor forward(const at::Tensor& input) {
    // Not adaptive pooling: its backward pass has no deterministic form on CUDA.
    const at::Tensor mean = input.mean({2, 3}, /*keepdim=*/true);
    return input * fc2_(at::silu(fc1_(mean))).sigmoid_();
  }

 private:
  torch::nn::Conv2d fc1_{nullptr}, fc2_{nullptr};
};
TORCH_MODULE(SqueezeExcitation);

struct BlockShape {
  std::int64_t in;
  std::int64_t out;
  std::int64_t expansion;
  std::int64_t kernel;
  std::int64_t stride;
};

/// Inverted residual with squeeze and excitation: 1×1 up to expansion · in channels (unless the
/// expansion is 1), depthwise k×k, squeeze to in / 4, 1×1 down; a shortcut with stochastic depth
/// where the shape stays.
class MBConvImpl : public torch::nn::Module {
 public:
  MBConvImpl(const BlockShape& shape, double drop, BatchNormOptions options) {
    const std::int64_t width = shape.in * shape.expansion;
    const auto block = register_module("block", std::make_shared<torch::nn::Module>("block"));
    int index = 0;
    const auto name = [&] { return std::to_string(index++); };
    if (shape.expansion != 1) {
      expand_ = block->register_module(name(), ConvNorm(layers::conv(shape.in, width, 1), options));
    }
    depthwise_ = block->register_module(
        name(), ConvNorm(layers::depthwise_conv(width, shape.kernel, shape.stride), options));
    squeeze_ = block->register_module(
        name(), SqueezeExcitation(width, std::max<std::int64_t>(1, shape.in / 4)));
    project_ = block->register_module(name(), ConvNorm(layers::conv(width, shape.out, 1), options));
    if (shape.stride == 1 && shape.in == shape.out) {
      stochastic_depth_ = register_module("stochastic_depth", StochasticDepth(drop));
    }
  }

  at::Tensor forward(const at::Tensor& input) {
    at::Tensor x = expand_.is_empty() ? input : at::silu(expand_(input));
    x = squeeze_(at::silu(depthwise_(x)));
    x = project_(x);
    return stochastic_depth_.is_empty() ? x : stochastic_depth_(x).add_(input);
  }

 private:
  ConvNorm expand_{nullptr}, depthwise_{nullptr}, project_{nullptr};
  SqueezeExcitation squeeze_{nullptr};
  StochasticDepth stochastic_depth_{nullptr};
};
TORCH_MODULE(MBConv);

}  // namespace ndbench::efficientnet
