#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ndbench::kernels {

enum class Operation { kConvolution, kMaxPooling, kAveragePooling, kBatchNorm, kSoftmax, kSum };

/// A layer of a network, on square images.
struct Layer {
  std::string name;
  Operation operation{};
  std::int64_t channels = 1;
  std::int64_t size = 1;     ///< height and width of its input
  std::int64_t filters = 1;  ///< of a convolution
  std::int64_t kernel = 1;   ///< height and width of its window
  std::int64_t stride = 1;
  std::int64_t padding = 0;

  /// Height and width of its output.
  [[nodiscard]] std::int64_t output_size() const {
    return (size + 2 * padding - kernel) / stride + 1;
  }
};

/// "resnet18", "vgg16", "medium_cnn_1", …, at the size of ImageNet's images.
[[nodiscard]] std::vector<std::string> networks();

/// The layers of one of networks() that kernels are made of, under the names that they have in
/// torchvision where the network is there.
[[nodiscard]] std::vector<Layer> layers_of(const std::string& network);

/// @throws ndbench::Error naming the layers that there are.
[[nodiscard]] Layer layer_of(const std::string& network, const std::string& name);

}  // namespace ndbench::kernels
