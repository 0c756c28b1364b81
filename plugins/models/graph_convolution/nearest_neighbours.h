#pragma once

#include <cstdint>

#include "ndbench/torch.h"

namespace ndbench::graph_convolution {

/// The `count` nearest other rows of each row by Euclidean distance, nearest first, ties by index.
///
/// The same on every machine and thread count: distances between bytes are integers, which float64
/// adds up without rounding in any order.
/// @param rows [N, features] uint8. @pre 0 < count < N.
/// @return [N, count] int64.
[[nodiscard]] at::Tensor nearest_neighbours(const at::Tensor& rows, std::int64_t count);

}  // namespace ndbench::graph_convolution
