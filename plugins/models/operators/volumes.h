#pragma once

#include <cstdint>
#include <vector>

#include "operation.h"

namespace ndbench::operators {

inline constexpr std::int64_t kBatch = 4;
inline constexpr std::int64_t kChannels = 16;

/// [kBatch, kChannels, …] with so many dimensions of one edge.
template <int dimensions>
std::vector<std::int64_t> volume(const Draw& draw) {
  std::vector<std::int64_t> sizes{kBatch, kChannels};
  sizes.insert(sizes.end(), dimensions, draw.edge(dimensions, kBatch * kChannels));
  return sizes;
}

template <int dimensions>
Tensors draw_volumes(Draw& draw) {
  return {draw.leaf(volume<dimensions>(draw))};
}

}  // namespace ndbench::operators
