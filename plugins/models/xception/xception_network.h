#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "../layers.h"
#include "../least_size.h"
#include "ndbench/image_network.h"

// The network of Chollet 2016, "Xception: Deep Learning with Depthwise Separable Convolutions"
// (arXiv 1610.02357), figure 5, as Keras Applications has it: no biases but the classifier's, batch
// norm's epsilon 1e-3. Blocks have Keras' numbers.
namespace ndbench::xception {

inline constexpr std::int64_t kLeastSize = 71;  // Keras' limit

/// 3×3 convolution of each channel, then 1×1 across channels, with nothing in between.
class SeparableConvImpl : public torch::nn::Module {
 public:
  SeparableConvImpl(std::int64_t in, std::int64_t out) {
    depthwise_ = register_module("depthwise", layers::depthwise_conv(in, 3));
    pointwise_ = register_module("pointwise", layers::conv(in, out, 1));
  }

  at::Tensor forward(const at::Tensor& input) { return pointwise_(depthwise_(input)); }

 private:
  torch::nn::Conv2d depthwise_{nullptr}, pointwise_{nullptr};
};
TORCH_MODULE(SeparableConv);

/// Where the ReLU of a chain of bn(separable convolution(·)) is.
enum class Relu {
  kBetween,  ///< before each but the first
  kBefore,   ///< before each
  kAfter,    ///< after each
};

/// A chain of bn(separable convolution(·)) with so many channels, named sepconv1, bn1, …
class ChainImpl : public torch::nn::Module {
 public:
  ChainImpl(std::int64_t in, const std::vector<std::int64_t>& channels, Relu relu) : relu_(relu) {
    for (const std::int64_t out : channels) {
      const std::string number = std::to_string(convs_.size() + 1);
      convs_.push_back(register_module("sepconv" + number, SeparableConv(in, out)));
      norms_.push_back(register_module("bn" + number, layers::keras_batch_norm(out)));
      in = out;
    }
  }

  at::Tensor forward(const at::Tensor& input) {
    // Never in place: the block's shortcut needs the input as it is.
    at::Tensor x = relu_ == Relu::kBefore ? input.relu() : input;
    for (std::size_t i = 0; i < convs_.size(); ++i) {
      x = norms_[i](convs_[i](x));
      if (relu_ == Relu::kAfter || i + 1 < convs_.size()) {
        x.relu_();
      }
    }
    return x;
  }

 private:
  Relu relu_;
  std::vector<SeparableConv> convs_;
  std::vector<torch::nn::BatchNorm2d> norms_;
};
TORCH_MODULE(Chain);

/// max_pool(chain(x)) + bn(1×1 convolution of stride 2(x)).
class ReductionImpl : public ChainImpl {
 public:
  ReductionImpl(std::int64_t in, const std::vector<std::int64_t>& channels, Relu relu)
      : ChainImpl(in, channels, relu) {
    shortcut_ = register_module("shortcut", layers::conv(in, channels.back(), 1, 2));
    shortcut_bn_ = register_module("shortcut_bn", layers::keras_batch_norm(channels.back()));
  }

  at::Tensor forward(const at::Tensor& input) {
    return pooled(ChainImpl::forward(input)).add_(shortcut_bn_(shortcut_(input)));
  }

 private:
  /// 3×3 maxima of stride 2, half the size rounded up. As Keras' "same" padding: a pixel on both
  /// sides of an odd size; of an even one at the end alone, which is to cut the last window off.
  static at::Tensor pooled(const at::Tensor& x) {
    return at::max_pool2d(x, 3, 2, {x.size(2) % 2, x.size(3) % 2}, /*dilation=*/1,
                          /*ceil_mode=*/true);
  }

  torch::nn::Conv2d shortcut_{nullptr};
  torch::nn::BatchNorm2d shortcut_bn_{nullptr};
};
TORCH_MODULE(Reduction);

/// Input [N, channels, H, W] of any size from kLeastSize; output [N, classes] logits.
class NetworkImpl : public ImageNetwork {
 public:
  explicit NetworkImpl(const Images& images) {
    require_size("xception", images, kLeastSize);
    const auto valid_conv = [](std::int64_t in, std::int64_t out, std::int64_t stride) {
      return torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, 3).stride(stride).bias(false));
    };
    conv1_ = register_module("conv1", valid_conv(images.channels, 32, 2));
    bn1_ = register_module("bn1", layers::keras_batch_norm(32));
    conv2_ = register_module("conv2", valid_conv(32, 64, 1));
    bn2_ = register_module("bn2", layers::keras_batch_norm(64));
    using Widths = std::vector<std::int64_t>;
    entry_.push_back(register_module("block2", Reduction(64, Widths{128, 128}, Relu::kBetween)));
    entry_.push_back(register_module("block3", Reduction(128, Widths{256, 256}, Relu::kBefore)));
    entry_.push_back(register_module("block4", Reduction(256, Widths{728, 728}, Relu::kBefore)));
    for (int block = 5; block <= 12; ++block) {
      middle_.push_back(register_module("block" + std::to_string(block),
                                        Chain(728, Widths{728, 728, 728}, Relu::kBefore)));
    }
    block13_ = register_module("block13", Reduction(728, Widths{728, 1024}, Relu::kBefore));
    block14_ = register_module("block14", Chain(1024, Widths{1536, 2048}, Relu::kAfter));
    fc_ = register_module("fc", torch::nn::Linear(2048, images.classes));
  }

  at::Tensor forward(const at::Tensor& images) override {
    at::Tensor x = bn1_(conv1_(images)).relu_();
    x = bn2_(conv2_(x)).relu_();
    for (Reduction& block : entry_) {
      x = block(x);
    }
    for (Chain& block : middle_) {
      x = block(x).add_(x);
    }
    return fc_(block14_(block13_(x)).mean({2, 3}));
  }

 private:
  torch::nn::Conv2d conv1_{nullptr}, conv2_{nullptr};
  torch::nn::BatchNorm2d bn1_{nullptr}, bn2_{nullptr};
  std::vector<Reduction> entry_;
  std::vector<Chain> middle_;
  Reduction block13_{nullptr};
  Chain block14_{nullptr};
  torch::nn::Linear fc_{nullptr};
};
TORCH_MODULE(Network);

}  // namespace ndbench::xception
