#pragma once

#include <functional>

#include "ndbench/error.h"
#include "ndbench/torch.h"

namespace ndbench {

/// A network from images to logits.
class NDBENCH_API ImageNetwork : public torch::nn::Module {
 public:
  using torch::nn::Module::Module;
  ~ImageNetwork() override;

  /// [N, channels, height, width] float to [N, classes] logits.
  virtual at::Tensor forward(const at::Tensor& images) = 0;

  /// What a training step minimizes: `loss_of(forward(images))`. A network with an auxiliary
  /// classifier then adds the loss of that one's logits, weighted.
  /// @return scalar float on the device.
  [[nodiscard]] virtual at::Tensor loss(
      const at::Tensor& images, const std::function<at::Tensor(const at::Tensor&)>& loss_of);
};

}  // namespace ndbench
