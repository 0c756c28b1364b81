#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "../layers.h"
#include "../least_size.h"
#include "ndbench/dropout.h"
#include "ndbench/image_network.h"

// The networks of Simonyan and Zisserman 2014, "Very Deep Convolutional Networks for Large-Scale
// Image Recognition" (arXiv 1409.1556), table 1, columns D and E. Modules have the names of
// torchvision's VGG.
namespace ndbench::vgg {

inline constexpr std::int64_t kLeastSize = 32;  // five halvings

/// Convolutions before each of the five poolings. @pre depth is 16 or 19.
[[nodiscard]] constexpr std::array<std::int64_t, 5> convolutions_of(std::int64_t depth) {
  return depth == 16 ? std::array<std::int64_t, 5>{2, 2, 3, 3, 3}
                     : std::array<std::int64_t, 5>{2, 2, 4, 4, 4};
}

/// Input [N, channels, H, W] of the size it was built for; output [N, classes] logits.
///
/// Without torchvision's adaptive pooling to 7×7, whose backward pass has no deterministic form on
/// CUDA: the classifier's first layer fits the images instead, and at 224×224 that is the same.
class NetworkImpl : public ImageNetwork {
 public:
  /// @pre depth is 16 or 19.
  NetworkImpl(std::int64_t depth, const Images& images) {
    require_size("vgg", images, kLeastSize);
    const auto features =
        register_module("features", std::make_shared<torch::nn::Module>("features"));
    std::int64_t in = images.channels;
    std::int64_t width = 64;
    std::int64_t index = 0;
    for (const std::int64_t convolutions : convolutions_of(depth)) {
      stages_.emplace_back();
      for (std::int64_t i = 0; i < convolutions; ++i, in = width) {
        stages_.back().push_back(features->register_module(
            std::to_string(index),
            torch::nn::Conv2d(torch::nn::Conv2dOptions(in, width, 3).padding(1))));
        index += 2;  // torchvision counts its ReLU
      }
      index += 1;  // and its pooling
      width = std::min<std::int64_t>(512, 2 * width);
    }
    const auto classifier =
        register_module("classifier", std::make_shared<torch::nn::Module>("classifier"));
    const std::int64_t pixels = (images.height / kLeastSize) * (images.width / kLeastSize);
    fc1_ = classifier->register_module("0", torch::nn::Linear(in * pixels, 4096));
    dropout1_ = classifier->register_module("2", Dropout(0.5));
    fc2_ = classifier->register_module("3", torch::nn::Linear(4096, 4096));
    dropout2_ = classifier->register_module("5", Dropout(0.5));
    fc3_ = classifier->register_module("6", torch::nn::Linear(4096, images.classes));
  }

  at::Tensor forward(const at::Tensor& images) override {
    at::Tensor x = images;
    for (auto& stage : stages_) {
      for (std::size_t i = 0; i + 1 < stage.size(); ++i) {
        x = stage[i](x).relu_();
      }
      x = layers::max_pool(stage.back()(x), 2, 2).relu_();
    }
    x = dropout1_(fc1_(x.flatten(1)).relu_());
    x = dropout2_(fc2_(x).relu_());
    return fc3_(x);
  }

 private:
  std::vector<std::vector<torch::nn::Conv2d>> stages_;
  torch::nn::Linear fc1_{nullptr}, fc2_{nullptr}, fc3_{nullptr};
  Dropout dropout1_{nullptr}, dropout2_{nullptr};
};
TORCH_MODULE(Network);

}  // namespace ndbench::vgg
