#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "../layers.h"
#include "../least_size.h"
#include "ndbench/image_network.h"

// MediumCNN of Zhuang et al. 2021, "Randomness in Neural Network Training" (arXiv 2106.11872), as
// src/common/cnns.py of usyd-fsalab/NeuralNetworkRandomness builds it (commit e789a1f): Keras
// layers, convolutions with biases.
namespace ndbench::medium_cnn {

inline constexpr std::int64_t kStages = 6;
inline constexpr std::int64_t kLeastSize = 64;  // six halvings

/// Six times relu(bn(conv k×k)) and 2×2 max pooling, with 16, 32, … 512 channels, the mean over
/// pixels, and a linear layer. Input [N, channels, H, W]; output [N, classes] logits.
class NetworkImpl : public ImageNetwork {
 public:
  /// @pre kernel is odd; the study has 1, 3, 5 and 7.
  NetworkImpl(std::int64_t kernel, const Images& images) {
    require_size("medium_cnn", images, kLeastSize);
    std::int64_t in = images.channels;
    std::int64_t out = 16;
    for (std::int64_t stage = 1; stage <= kStages; ++stage, in = out, out *= 2) {
      const std::string number = std::to_string(stage);
      const auto options = torch::nn::Conv2dOptions(in, out, kernel).padding(kernel / 2);
      convs_.push_back(register_module("conv" + number, torch::nn::Conv2d(options)));
      norms_.push_back(register_module("bn" + number, layers::keras_batch_norm(out)));
    }
    fc_ = register_module("fc", torch::nn::Linear(in, images.classes));
  }

  at::Tensor forward(const at::Tensor& images) override {
    at::Tensor x = images;
    for (std::size_t i = 0; i < convs_.size(); ++i) {
      x = layers::max_pool(norms_[i](convs_[i](x)), 2, 2).relu_();
    }
    return fc_(x.mean({2, 3}));
  }

 private:
  std::vector<torch::nn::Conv2d> convs_;
  std::vector<torch::nn::BatchNorm2d> norms_;
  torch::nn::Linear fc_{nullptr};
};
TORCH_MODULE(Network);

}  // namespace ndbench::medium_cnn
