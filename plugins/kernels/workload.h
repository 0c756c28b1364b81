#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <string>

#include "layers.h"

namespace ndbench::kernels {

/// Added to a variance before its root is taken.
inline constexpr float kBatchNormEpsilon = 1e-5F;

enum class Pass { kForward, kDataGradient, kFilterGradient };

/// What a kernel is given: a layer, a direction, and tensors on the CPU, in plain layout.
struct Workload {
  Layer layer;
  Pass pass{};
  at::Tensor source;       ///< [N, C, H, W]; of a softmax [N, C]
  at::Tensor weights;      ///< [K, C, kernel, kernel] of a convolution, or else undefined
  at::Tensor gradient;     ///< of the output, in its shape
  at::Tensor scale_shift;  ///< [2, C] ones and zeros, of a batch norm

  /// The shape of what the pass gives out.
  [[nodiscard]] at::IntArrayRef result_sizes() const;
};

/// Draws the tensors, standard normal, from `seed`.
/// @throws ndbench::Error if the layer has no such pass.
[[nodiscard]] Workload draw_workload(const Layer& layer, Pass pass, std::int64_t batch_size,
                                     std::uint64_t seed);

/// What the pass gives by ATen on the CPU, computed in that floating type, for comparison.
[[nodiscard]] at::Tensor reference_result(const Workload& workload, at::ScalarType type);

}  // namespace ndbench::kernels
