#include "row_operation.h"

#include "ndbench/error.h"

namespace ndbench::probes {
namespace {

using Tensors = std::vector<at::Tensor>;
using Sizes = std::vector<std::vector<std::int64_t>>;

constexpr std::int64_t kOutputs = 64;
constexpr std::int64_t kEdge = 8;  ///< of the pictures that are convolved

/// A picture of ones in whose corner, 2 pixels wide, the row lies.
at::Tensor conv2d(const at::Tensor& rows, const Tensors& weights) {
  const std::int64_t channels = rows.size(1) / 4;
  const at::Tensor pictures = at::ones({rows.size(0), channels, kEdge, kEdge}, rows.options());
  pictures.narrow(2, 0, 2).narrow(3, 0, 2).copy_(rows.view({-1, channels, 2, 2}));
  return at::conv2d(pictures, weights[0]).flatten(1);
}

/// Two convolutions and a linear layer.
at::Tensor network(const at::Tensor& rows, const Tensors& weights) {
  const at::Tensor pictures = rows.view({-1, rows.size(1) / 16, 4, 4});
  const at::Tensor hidden = at::relu(at::conv2d(pictures, weights[0], {}, 1, 1));
  const at::Tensor features = at::relu(at::conv2d(hidden, weights[1], {}, 1, 1));
  return at::linear(features.flatten(1), weights[2]);
}

}  // namespace

std::vector<RowOperation> row_operations() {
  return {
      {"sum", true, [](std::int64_t) { return Sizes{}; },
       [](const at::Tensor& rows, const Tensors&) { return rows.sum(1, /*keepdim=*/true); }},
      {"mv", true, [](std::int64_t length) { return Sizes{{length}}; },
       [](const at::Tensor& rows, const Tensors& weights) {
         return at::mv(rows, weights[0]).unsqueeze(1);
       }},
      {"mm", true,
       [](std::int64_t length) {
         return Sizes{{length, kOutputs}};
       },
       [](const at::Tensor& rows, const Tensors& weights) { return at::mm(rows, weights[0]); }},
      {"conv2d", true,
       [](std::int64_t length) {
         return Sizes{{16, length / 4, 2, 2}};
       },
       conv2d},
      {"network", false,
       [](std::int64_t length) {
         return Sizes{{32, length / 16, 3, 3}, {32, 32, 3, 3}, {10, 32 * 16}};
       },
       network},
  };
}

RowOperation row_operation(const std::string& name) {
  for (const RowOperation& operation : row_operations()) {
    if (operation.name == name) return operation;
  }
  throw Error("probes: there is no operation '" + name + "'");
}

}  // namespace ndbench::probes
