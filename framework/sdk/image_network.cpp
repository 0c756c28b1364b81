#include "ndbench/image_network.h"

namespace ndbench {

ImageNetwork::~ImageNetwork() = default;

at::Tensor ImageNetwork::loss(const at::Tensor& images,
                              const std::function<at::Tensor(const at::Tensor&)>& loss_of) {
  return loss_of(forward(images));
}

}  // namespace ndbench
