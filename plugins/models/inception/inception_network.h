#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "../least_size.h"
#include "inception_blocks.h"
#include "ndbench/dropout.h"
#include "ndbench/image_network.h"

// Inception v3 of Szegedy et al. 2015, "Rethinking the Inception Architecture for Computer Vision"
// (arXiv 1512.00567), as torchvision has it. Modules have the names of its Inception3.
namespace ndbench::inception {

inline constexpr std::int64_t kLeastSize = 75;                // leaves one pixel; Keras' limit too
inline constexpr std::int64_t kLeastSizeWithAuxiliary = 299;  // leaves it 17×17 pixels
inline constexpr double kAuxiliaryWeight = 0.4;  // torchvision's references/classification/train.py

/// Figure 5: 35×35 pixels.
inline Mixed mixed_5(std::int64_t in, std::int64_t pool_channels) {
  return Mixed(
      in,
      std::vector<Branch>{
          {{{"branch1x1", 64}}},
          {{{"branch5x5_1", 48}, {"branch5x5_2", 64, 5, 5}}},
          {{{"branch3x3dbl_1", 64}, {"branch3x3dbl_2", 96, 3, 3}, {"branch3x3dbl_3", 96, 3, 3}}}},
      pool_channels);
}

/// Figure 10: from 35×35 to 17×17 pixels.
inline Mixed mixed_6a() {
  return Mixed(288,
               std::vector<Branch>{{{{"branch3x3", 384, 3, 3, 2}}},
                                   {{{"branch3x3dbl_1", 64},
                                     {"branch3x3dbl_2", 96, 3, 3},
                                     {"branch3x3dbl_3", 96, 3, 3, 2}}}},
               0);
}

/// Figure 6: 17×17 pixels, 7×7 convolutions in two, with `width` channels in between.
inline Mixed mixed_6(std::int64_t width) {
  return Mixed(
      768,
      std::vector<Branch>{
          {{{"branch1x1", 192}}},
          {{{"branch7x7_1", width}, {"branch7x7_2", width, 1, 7}, {"branch7x7_3", 192, 7, 1}}},
          {{{"branch7x7dbl_1", width},
            {"branch7x7dbl_2", width, 7, 1},
            {"branch7x7dbl_3", width, 1, 7},
            {"branch7x7dbl_4", width, 7, 1},
            {"branch7x7dbl_5", 192, 1, 7}}}},
      192);
}

/// From 17×17 to 8×8 pixels.
inline Mixed mixed_7a() {
  return Mixed(768,
               std::vector<Branch>{{{{"branch3x3_1", 192}, {"branch3x3_2", 320, 3, 3, 2}}},
                                   {{{"branch7x7x3_1", 192},
                                     {"branch7x7x3_2", 192, 1, 7},
                                     {"branch7x7x3_3", 192, 7, 1},
                                     {"branch7x7x3_4", 192, 3, 3, 2}}}},
               0);
}

/// Figure 7: 8×8 pixels, branches that fork.
inline Mixed mixed_7(std::int64_t in) {
  return Mixed(
      in,
      std::vector<Branch>{
          {{{"branch1x1", 320}}},
          {{{"branch3x3_1", 384}}, {{"branch3x3_2a", 384, 1, 3}, {"branch3x3_2b", 384, 3, 1}}},
          {{{"branch3x3dbl_1", 448}, {"branch3x3dbl_2", 384, 3, 3}},
           {{"branch3x3dbl_3a", 384, 1, 3}, {"branch3x3dbl_3b", 384, 3, 1}}}},
      192);
}

/// Input [N, channels, H, W] of any size from its least; output [N, classes] logits.
class NetworkImpl : public ImageNetwork {
 public:
  /// @param auxiliary whether training also minimizes the loss of a classifier half way.
  NetworkImpl(bool auxiliary, const Images& images) {
    require_size(auxiliary ? "inception (with auxiliary = true)" : "inception", images,
                 auxiliary ? kLeastSizeWithAuxiliary : kLeastSize);
    conv_1a_ = register_module("Conv2d_1a_3x3", BasicConv(images.channels, 32, 3, 2));
    conv_2a_ = register_module("Conv2d_2a_3x3", BasicConv(32, 32, 3));
    conv_2b_ = register_module("Conv2d_2b_3x3", BasicConv(32, 64, 3, 1, 1));
    conv_3b_ = register_module("Conv2d_3b_1x1", BasicConv(64, 80, 1));
    conv_4a_ = register_module("Conv2d_4a_3x3", BasicConv(80, 192, 3));
    const auto add = [&](std::vector<Mixed>& to, const std::string& name, const Mixed& block) {
      to.push_back(register_module("Mixed_" + name, block));
    };
    add(middle_, "5b", mixed_5(192, 32));
    add(middle_, "5c", mixed_5(256, 64));
    add(middle_, "5d", mixed_5(288, 64));
    add(middle_, "6a", mixed_6a());
    add(middle_, "6b", mixed_6(128));
    add(middle_, "6c", mixed_6(160));
    add(middle_, "6d", mixed_6(160));
    add(middle_, "6e", mixed_6(192));
    if (auxiliary) {
      auxiliary_ = register_module("AuxLogits", Auxiliary(768, images.classes));
    }
    add(end_, "7a", mixed_7a());
    add(end_, "7b", mixed_7(1280));
    add(end_, "7c", mixed_7(2048));
    dropout_ = register_module("dropout", Dropout(0.5));
    fc_ = register_module("fc", torch::nn::Linear(2048, images.classes));
  }

  at::Tensor forward(const at::Tensor& images) override { return logits(features(images)); }

  at::Tensor loss(const at::Tensor& images,
                  const std::function<at::Tensor(const at::Tensor&)>& loss_of) override {
    const at::Tensor half_way = features(images);
    const at::Tensor loss = loss_of(logits(half_way));
    return auxiliary_.is_empty() ? loss : loss + kAuxiliaryWeight * loss_of(auxiliary_(half_way));
  }

 private:
  at::Tensor features(const at::Tensor& images) {
    at::Tensor x = conv_2b_(conv_2a_(conv_1a_(images)));
    x = conv_4a_(conv_3b_(layers::max_pool(x, 3, 2)));
    x = layers::max_pool(x, 3, 2);
    for (Mixed& block : middle_) {
      x = block(x);
    }
    return x;
  }

  at::Tensor logits(const at::Tensor& half_way) {
    at::Tensor x = half_way;
    for (Mixed& block : end_) {
      x = block(x);
    }
    // Not adaptive pooling: its backward pass has no deterministic form on CUDA.
    return fc_(dropout_(x.mean({2, 3})));
  }

  BasicConv conv_1a_{nullptr}, conv_2a_{nullptr}, conv_2b_{nullptr};
  BasicConv conv_3b_{nullptr}, conv_4a_{nullptr};
  std::vector<Mixed> middle_, end_;
  Auxiliary auxiliary_{nullptr};
  Dropout dropout_{nullptr};
  torch::nn::Linear fc_{nullptr};
};
TORCH_MODULE(Network);

}  // namespace ndbench::inception
