#include "nearest_neighbours.h"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <vector>

namespace ndbench::graph_convolution {

at::Tensor nearest_neighbours(const at::Tensor& rows, std::int64_t count) {
  const std::int64_t size = rows.size(0);
  assert(count > 0 && count < size);
  // 255² times the features stays far under 2^53.
  const at::Tensor values = rows.to(at::kDouble);
  const at::Tensor squares = values.square().sum(1);
  at::Tensor result = at::empty({size, count}, at::kLong);
  auto* target = result.data_ptr<std::int64_t>();
  std::vector<std::int64_t> order(static_cast<std::size_t>(size));

  // In blocks of rows: all distances of 60,000 images at once would take 29 GB.
  constexpr std::int64_t kBlock = 256;
  for (std::int64_t begin = 0; begin < size; begin += kBlock) {
    const std::int64_t rows_here = std::min(kBlock, size - begin);
    const at::Tensor block = values.narrow(0, begin, rows_here);
    // |a - b|² without |a|², which is the same for all b.
    const at::Tensor distances = (squares - 2.0 * at::matmul(block, values.t())).contiguous();
    const auto* distance = distances.data_ptr<double>();
    for (std::int64_t row = 0; row < rows_here; ++row, distance += size, target += count) {
      std::iota(order.begin(), order.end(), 0);
      std::swap(order[static_cast<std::size_t>(begin + row)], order.back());
      const auto nearer = [&](std::int64_t a, std::int64_t b) {
        return distance[a] != distance[b] ? distance[a] < distance[b] : a < b;
      };
      std::partial_sort(order.begin(), order.begin() + count, order.end() - 1, nearer);
      std::copy_n(order.begin(), count, target);
    }
  }
  return result;
}

}  // namespace ndbench::graph_convolution
