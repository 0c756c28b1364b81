#pragma once

#include <cstdint>
#include <vector>

#include "ndbench/torch.h"
#include "prednet_network.h"

// What both forms of a layer are made of.
namespace ndbench::prednet {

inline torch::nn::Conv2d conv3(std::int64_t in, std::int64_t out) {
  return torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, 3).padding(1));
}

/// Channels that the gates of a layer look at: its R and E, and the R of the layer above it.
inline std::int64_t gate_inputs(const Architecture& architecture, std::int64_t layer) {
  const bool is_top = layer == architecture.layers - 1;
  return 3 * architecture.channels_of(layer) + (is_top ? 0 : architecture.channels_of(layer + 1));
}

/// A layer of each size, registered in `network` as layers.0, layers.1, …
template <typename Layer>
std::vector<Layer> make_layers(torch::nn::Module& network, const Architecture& architecture) {
  std::vector<Layer> layers;
  torch::nn::ModuleList list;
  for (std::int64_t l = 0; l < architecture.layers; ++l) {
    layers.emplace_back(architecture, l);
    list->push_back(layers.back());
  }
  network.register_module("layers", list);
  return layers;
}

/// Nearest: bilinear up-sampling has no deterministic backward pass on CUDA.
inline at::Tensor upsampled(const at::Tensor& tensor) {
  return at::upsample_nearest2d(tensor, {2 * tensor.size(2), 2 * tensor.size(3)});
}

/// The excess of the first over the second, and of the second over the first, as channels.
inline at::Tensor split_error(const at::Tensor& first, const at::Tensor& second) {
  const at::Tensor difference = first - second;
  return at::cat({difference.relu(), difference.neg().relu_()}, 1);
}

/// The gradient of relu at 0 is 0, of clamp(0, 1) it is 1; the first predictions are exactly 0.
inline at::Tensor saturated(const at::Tensor& tensor) { return tensor.relu().clamp_max(1.0); }

/// What goes up from the error of one layer as the input of the next.
inline at::Tensor pooled(const at::Tensor& convolved) {
  return at::max_pool2d(convolved.relu(), 2, 2);
}

/// Zero states for every layer; `feedback_channels` times the channels of the layer.
inline State zero_state(const Architecture& architecture, std::int64_t batch,
                        std::int64_t feedback_channels, const torch::TensorOptions& options) {
  State state;
  for (std::int64_t l = 0; l < architecture.layers; ++l) {
    const std::int64_t channels = architecture.channels_of(l);
    const std::int64_t height = architecture.height >> l;
    const std::int64_t width = architecture.width >> l;
    state.representation.push_back(torch::zeros({batch, channels, height, width}, options));
    state.cell.push_back(torch::zeros({batch, channels, height, width}, options));
    state.feedback.push_back(
        torch::zeros({batch, feedback_channels * channels, height, width}, options));
  }
  return state;
}

}  // namespace ndbench::prednet
