#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "../least_size.h"
#include "ndbench/image_network.h"
#include "resnet_blocks.h"

// The residual networks of He et al. 2015, "Deep Residual Learning for Image Recognition"
// (arXiv 1512.03385), for small and for large images. Modules have the names of torchvision's
// ResNet.
namespace ndbench::resnet {

enum class Block { kBasic, kBottleneck };

/// What the images go through before the first stage.
enum class Stem {
  kSmall,  ///< 3×3 convolution: for images of some 30 pixels
  kLarge,  ///< 7×7 convolution of stride 2, 3×3 max pooling of stride 2: table 1, conv1 and conv2_x
};

struct Architecture {
  Stem stem;
  Block block;
  Shortcut shortcut;                   ///< of basic blocks
  std::int64_t width;                  ///< of the first stage, doubled from stage to stage
  std::array<std::int64_t, 4> blocks;  ///< of each stage; 0: there is no such stage
};

struct ImageNetDepth {
  std::int64_t depth;
  Block block;
  std::array<std::int64_t, 4> blocks;
};

/// Table 1.
inline constexpr std::array<ImageNetDepth, 5> kImageNetDepths{{
    {18, Block::kBasic, {2, 2, 2, 2}},
    {34, Block::kBasic, {3, 4, 6, 3}},
    {50, Block::kBottleneck, {3, 4, 6, 3}},
    {101, Block::kBottleneck, {3, 4, 23, 3}},
    {152, Block::kBottleneck, {3, 8, 36, 3}},
}};

[[nodiscard]] constexpr bool is_imagenet_depth(std::int64_t depth) {
  return std::any_of(kImageNetDepths.begin(), kImageNetDepths.end(),
                     [&](const ImageNetDepth& known) { return known.depth == depth; });
}

/// Whether there is a network of this depth: one of table 1, or 6n + 2.
[[nodiscard]] constexpr bool has_depth(std::int64_t depth) {
  return is_imagenet_depth(depth) || (depth >= 8 && depth % 6 == 2);
}

/// Depth 18, 34, 50, 101, 152: the ImageNet networks of table 1, with option B. Other depths of
/// 6n + 2: the CIFAR-10 networks of section 4.2, 3 stages of n basic blocks with 16, 32, 64
/// channels and option A. (50 and 152 are 6n + 2 too; the paper has no CIFAR-10 networks of these
/// depths.) @pre has_depth(depth).
[[nodiscard]] constexpr Architecture architecture_of(std::int64_t depth, Stem stem = Stem::kSmall) {
  for (const ImageNetDepth& known : kImageNetDepths) {
    if (known.depth == depth) {
      return {stem, known.block, Shortcut::kProjection, 64, known.blocks};
    }
  }
  const std::int64_t n = (depth - 2) / 6;
  return {stem, Block::kBasic, Shortcut::kPadding, 16, {n, n, n, 0}};
}

/// The smallest images of which the last stage still sees a pixel: each halving needs two.
[[nodiscard]] constexpr std::int64_t least_size(const Architecture& architecture) {
  const std::int64_t stages = std::count_if(architecture.blocks.begin(), architecture.blocks.end(),
                                            [](std::int64_t blocks) { return blocks > 0; });
  return std::int64_t{1} << (stages - 1 + (architecture.stem == Stem::kLarge ? 2 : 0));
}

/// Input [N, channels, H, W] of any size from least_size(); output [N, classes] logits.
class NetworkImpl : public ImageNetwork {
 public:
  NetworkImpl(const Architecture& architecture, const Images& images)
      : large_stem_(architecture.stem == Stem::kLarge) {
    require_size("resnet", images, least_size(architecture));
    std::int64_t width = architecture.width;
    conv1_ = register_module("conv1", large_stem_ ? conv(images.channels, width, 7, 2)
                                                  : conv(images.channels, width, 3));
    bn1_ = register_module("bn1", torch::nn::BatchNorm2d(width));
    std::int64_t in = width;
    for (std::size_t stage = 0; stage < 4 && architecture.blocks[stage] > 0; ++stage, width *= 2) {
      torch::nn::Sequential blocks;
      for (std::int64_t block = 0; block < architecture.blocks[stage]; ++block) {
        const std::int64_t stride = stage > 0 && block == 0 ? 2 : 1;
        if (architecture.block == Block::kBottleneck) {
          blocks->push_back(Bottleneck(in, width, stride));
          in = BottleneckImpl::kExpansion * width;
        } else {
          blocks->push_back(BasicBlock(in, width, stride, architecture.shortcut));
          in = width;
        }
      }
      stages_.emplace_back(register_module("layer" + std::to_string(stage + 1), blocks));
    }
    fc_ = register_module("fc", torch::nn::Linear(in, images.classes));
  }

  at::Tensor forward(const at::Tensor& images) override {
    at::Tensor x = bn1_(conv1_(images));
    if (large_stem_) {
      x = layers::max_pool(x, 3, 2, 1);
    }
    x.relu_();
    for (torch::nn::Sequential& stage : stages_) {
      x = stage->forward(x);
    }
    // Not AdaptiveAvgPool2d: its backward pass has no deterministic form on CUDA.
    return fc_(x.mean({2, 3}));
  }

 private:
  bool large_stem_;
  torch::nn::Conv2d conv1_{nullptr};
  torch::nn::BatchNorm2d bn1_{nullptr};
  std::vector<torch::nn::Sequential> stages_;
  torch::nn::Linear fc_{nullptr};
};
TORCH_MODULE(Network);

}  // namespace ndbench::resnet
