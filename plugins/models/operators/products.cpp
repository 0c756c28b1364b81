// Products of matrices, and attention.
#include <ATen/core/dispatch/Dispatcher.h>

#include "ndbench/error.h"
#include "operation.h"

namespace ndbench::operators {
namespace {

constexpr std::int64_t kBatch = 4;
constexpr std::int64_t kHeads = 4;
constexpr std::int64_t kFeatures = 32;  ///< of a head
constexpr std::int64_t kEntries = 8;    ///< of a sparse matrix, in each row

Tensors draw_matrices(Draw& draw) {
  const std::int64_t edge = draw.edge(2, 1);
  return {draw.normal({edge, edge}), draw.normal({edge, edge})};
}

Tensors draw_matrix_and_vector(Draw& draw) {
  const std::int64_t edge = draw.edge(2, 1);
  return {draw.normal({edge, edge}), draw.normal({edge})};
}

Tensors draw_batches(Draw& draw) {
  const std::int64_t edge = draw.edge(2, kBatch);
  return {draw.normal({kBatch, edge, edge}), draw.normal({kBatch, edge, edge})};
}

/// The coordinates of sparse entries, their values, and dense matrices.
Tensors draw_sparse_and_dense(Draw& draw) {
  const std::int64_t edge = draw.edge(2, kBatch);
  const std::int64_t entries = kBatch * edge * kEntries;
  const at::Tensor matrix = draw.indices({entries}, 0, kBatch);
  return {at::stack({matrix, draw.indices({entries}, 0, edge), draw.indices({entries}, 0, edge)}),
          draw.normal({entries}), draw.normal({kBatch, edge, edge})};
}

Tensors draw_attention(Draw& draw) {
  const std::int64_t length = draw.edge(1, kBatch * kHeads * kFeatures);
  const std::vector<std::int64_t> sizes{kBatch, kHeads, length, kFeatures};
  return {draw.leaf(sizes), draw.leaf(sizes), draw.leaf(sizes)};
}

/// By name, for not every version of LibTorch has it; beyond query, key and value its defaults.
at::Tensor attention(const Tensors& in) {
  const auto found =
      c10::Dispatcher::singleton().findSchema({"aten::scaled_dot_product_attention", ""});
  if (!found) throw Unsupported("lacks: this LibTorch has no scaled_dot_product_attention");
  torch::jit::Stack stack(in.begin(), in.end());
  const auto& arguments = found->schema().arguments();
  for (std::size_t i = in.size(); i < arguments.size(); ++i) {
    stack.push_back(arguments[i].default_value().value());
  }
  found->callBoxed(&stack);
  return stack.front().toTensor();
}

constexpr Operation kOperations[] = {
    {"mm", Pass::kForward, draw_matrices, [](const Tensors& in) { return at::mm(in[0], in[1]); }},
    {"mv", Pass::kForward, draw_matrix_and_vector,
     [](const Tensors& in) { return at::mv(in[0], in[1]); }},
    {"bmm", Pass::kForward, draw_batches, [](const Tensors& in) { return at::bmm(in[0], in[1]); }},
    {"bmm_sparse_dense", Pass::kForward, draw_sparse_and_dense,
     [](const Tensors& in) {
       return at::bmm(at::sparse_coo_tensor(in[0], in[1], in[2].sizes()), in[2]);
     }},
    {"sdpa", Pass::kForward, draw_attention, attention},
    {"sdpa_backward", Pass::kBackward, draw_attention, attention},
};

}  // namespace

std::span<const Operation> products() { return kOperations; }

}  // namespace ndbench::operators
