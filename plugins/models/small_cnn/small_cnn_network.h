#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "../layers.h"
#include "../least_size.h"
#include "ndbench/image_network.h"

// SmallCNN of Zhuang et al. 2021, "Randomness in Neural Network Training" (arXiv 2106.11872), as
// src/training_script/smallcnn.py of usyd-fsalab/NeuralNetworkRandomness builds it (commit
// e789a1f): Keras layers, all with biases.
namespace ndbench::small_cnn {

inline constexpr std::int64_t kLeastSize = 8;  // three halvings

/// Three times relu(conv 3×3) and 2×2 max pooling, with 16, 32, 32 channels, the mean over pixels,
/// and two linear layers. Input [N, channels, H, W]; output [N, classes] logits.
class NetworkImpl : public ImageNetwork {
 public:
  /// @param batch_norm batch norm between each convolution and its ReLU: the script's --bn.
  NetworkImpl(bool batch_norm, const Images& images) {
    require_size("small_cnn", images, kLeastSize);
    constexpr std::array<std::int64_t, 3> kWidths{16, 32, 32};
    std::int64_t in = images.channels;
    for (std::size_t i = 0; i < kWidths.size(); ++i) {
      const std::string number = std::to_string(i + 1);
      const auto options = torch::nn::Conv2dOptions(in, kWidths[i], 3).padding(1);
      convs_[i] = register_module("conv" + number, torch::nn::Conv2d(options));
      if (batch_norm) {
        norms_[i] = register_module("bn" + number, layers::keras_batch_norm(kWidths[i]));
      }
      in = kWidths[i];
    }
    fc1_ = register_module("fc1", torch::nn::Linear(in, 32));
    fc2_ = register_module("fc2", torch::nn::Linear(32, images.classes));
  }

  at::Tensor forward(const at::Tensor& images) override {
    at::Tensor x = images;
    for (std::size_t i = 0; i < convs_.size(); ++i) {
      x = convs_[i](x);
      if (!norms_[i].is_empty()) {
        x = norms_[i](x);
      }
      x = layers::max_pool(x, 2, 2).relu_();
    }
    return fc2_(fc1_(x.mean({2, 3})).relu_());
  }

 private:
  std::array<torch::nn::Conv2d, 3> convs_{nullptr, nullptr, nullptr};
  std::array<torch::nn::BatchNorm2d, 3> norms_{nullptr, nullptr, nullptr};
  torch::nn::Linear fc1_{nullptr}, fc2_{nullptr};
};
TORCH_MODULE(Network);

}  // namespace ndbench::small_cnn
