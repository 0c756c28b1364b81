#pragma once

#include <array>
#include <cstdint>

#include "cudnn_descriptor.h"
#include "cudnn_engine.h"

namespace ndbench::kernels {

/// The numbers by which the graph and the memory it runs on know each tensor.
inline constexpr std::array<std::int64_t, 3> kUids{1, 2, 3};

/// Source, weights and output, with the result in the place of what the pass computes.
[[nodiscard]] std::array<at::Tensor, 3> tensors_of(const DeviceWorkload& on_device);

/// The pass of the convolution as a graph of one operation.
[[nodiscard]] Descriptor describe_graph(const DeviceWorkload& on_device);

}  // namespace ndbench::kernels
