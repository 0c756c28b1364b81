#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "../layers.h"
#include "ndbench/torch.h"

// What Inception v3 is built from. Modules have the names of torchvision's Inception3.
namespace ndbench::inception {

using Pair = torch::ExpandingArray<2>;  ///< of height and width

/// relu(bn(convolution without bias)).
class BasicConvImpl : public torch::nn::Module {
 public:
  BasicConvImpl(std::int64_t in, std::int64_t out, Pair kernel, std::int64_t stride = 1,
                Pair padding = 0) {
    conv_ = register_module(
        "conv",
        torch::nn::Conv2d(
            torch::nn::Conv2dOptions(in, out, kernel).stride(stride).padding(padding).bias(false)));
    bn_ =
        register_module("bn", torch::nn::BatchNorm2d(torch::nn::BatchNorm2dOptions(out).eps(1e-3)));
  }

  at::Tensor forward(const at::Tensor& input) { return bn_(conv_(input)).relu_(); }

 private:
  torch::nn::Conv2d conv_{nullptr};
  torch::nn::BatchNorm2d bn_{nullptr};
};
TORCH_MODULE(BasicConv);

/// One convolution of a branch. At stride 1 it keeps the size; at stride 2 it has no padding.
struct Step {
  std::string name;
  std::int64_t out;
  std::int64_t kernel_height = 1;
  std::int64_t kernel_width = 1;
  std::int64_t stride = 1;
};

/// Convolutions one after another; those of `fork` then side by side, each on what `chain` made.
struct Branch {
  std::vector<Step> chain;
  std::vector<Step> fork{};
};

/// Branches side by side and one of pooling, their channels one after another.
class MixedImpl : public torch::nn::Module {
 public:
  /// @param pool_channels 3×3 averaging and "branch_pool", a 1×1 convolution to so many channels;
  ///                      0: 3×3 max pooling of stride 2 and no convolution.
  MixedImpl(std::int64_t in, const std::vector<Branch>& branches, std::int64_t pool_channels) {
    for (const Branch& branch : branches) {
      Convs convs;
      std::int64_t width = in;
      for (const Step& step : branch.chain) {
        convs.chain.push_back(add(width, step));
        width = step.out;
      }
      for (const Step& step : branch.fork) {
        convs.fork.push_back(add(width, step));
      }
      branches_.push_back(std::move(convs));
    }
    if (pool_channels > 0) {
      branch_pool_ = register_module("branch_pool", BasicConv(in, pool_channels, 1));
    }
  }

  at::Tensor forward(const at::Tensor& input) {
    std::vector<at::Tensor> outputs;
    for (Convs& branch : branches_) {
      at::Tensor x = input;
      for (BasicConv& conv : branch.chain) {
        x = conv(x);
      }
      for (BasicConv& conv : branch.fork) {
        outputs.push_back(conv(x));
      }
      if (branch.fork.empty()) {
        outputs.push_back(x);
      }
    }
    outputs.push_back(branch_pool_.is_empty() ? layers::max_pool(input, 3, 2)
                                              : branch_pool_(at::avg_pool2d(input, 3, 1, 1)));
    return at::cat(outputs, 1);
  }

 private:
  struct Convs {
    std::vector<BasicConv> chain;
    std::vector<BasicConv> fork;
  };

  BasicConv add(std::int64_t in, const Step& step) {
    const Pair padding =
        step.stride == 1 ? Pair({step.kernel_height / 2, step.kernel_width / 2}) : Pair(0);
    return register_module(step.name,
                           BasicConv(in, step.out, Pair({step.kernel_height, step.kernel_width}),
                                     step.stride, padding));
  }

  std::vector<Convs> branches_;
  BasicConv branch_pool_{nullptr};
};
TORCH_MODULE(Mixed);

/// Logits from features on the way: the auxiliary classifier. It needs 17×17 pixels: 5×5 averaging
/// of stride 3 leaves 5×5, and those a 5×5 convolution without padding.
class AuxiliaryImpl : public torch::nn::Module {
 public:
  AuxiliaryImpl(std::int64_t in, std::int64_t classes) {
    conv0_ = register_module("conv0", BasicConv(in, 128, 1));
    conv1_ = register_module("conv1", BasicConv(128, 768, 5));
    fc_ = register_module("fc", torch::nn::Linear(768, classes));
  }

  at::Tensor forward(const at::Tensor& input) {
    return fc_(conv1_(conv0_(at::avg_pool2d(input, 5, 3))).mean({2, 3}));
  }

 private:
  BasicConv conv0_{nullptr}, conv1_{nullptr};
  torch::nn::Linear fc_{nullptr};
};
TORCH_MODULE(Auxiliary);

}  // namespace ndbench::inception
