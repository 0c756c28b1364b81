// Operations that read or write at places given by an index.
#include "operation.h"

namespace ndbench::operators {
namespace {

constexpr std::int64_t kRow = 16;  ///< elements of a row that is indexed as a whole

/// What is written to, where, and what.
Tensors draw_writes(Draw& draw) {
  return {draw.normal({draw.places()}), draw.indices({draw.size()}, 0, draw.places()),
          draw.normal({draw.size()})};
}

Tensors draw_row_writes(Draw& draw) {
  const std::int64_t rows = draw.size() / kRow;
  const std::int64_t places = draw.places() / kRow + 1;
  return {draw.normal({places, kRow}), draw.indices({rows}, 0, places), draw.normal({rows, kRow})};
}

/// What is read, and where.
Tensors draw_reads(Draw& draw) {
  return {draw.leaf({draw.places()}), draw.indices({draw.size()}, 0, draw.places())};
}

Tensors draw_row_reads(Draw& draw) {
  const std::int64_t places = draw.places() / kRow + 1;
  return {draw.leaf({places, kRow}), draw.indices({draw.size() / kRow}, 0, places)};
}

Tensors draw_repeats(Draw& draw) {
  return {draw.leaf({draw.places()}), draw.indices({draw.places()}, 0, 512)};
}

/// `Element` is c10::optional or std::optional, as the version of LibTorch has it.
template <typename Element>
at::Tensor index_put(at::Tensor (*put)(const at::Tensor&, const c10::List<Element>&,
                                       const at::Tensor&, bool),
                     const Tensors& in, bool accumulate) {
  c10::List<Element> places;
  places.push_back(in[1]);
  return put(in[0], places, in[2], accumulate);
}

constexpr Operation kOperations[] = {
    {"index_put", Pass::kForward, draw_writes,
     [](const Tensors& in) { return index_put(&at::index_put, in, false); }},
    {"index_put_accumulate", Pass::kForward, draw_writes,
     [](const Tensors& in) { return index_put(&at::index_put, in, true); }},
    {"index_backward", Pass::kBackward, draw_reads,
     [](const Tensors& in) { return in[0].index({in[1]}); }},
    {"put", Pass::kForward, draw_writes,
     [](const Tensors& in) { return at::put(in[0], in[1], in[2], false); }},
    {"put_accumulate", Pass::kForward, draw_writes,
     [](const Tensors& in) { return at::put(in[0], in[1], in[2], true); }},
    {"index_copy", Pass::kForward, draw_row_writes,
     [](const Tensors& in) { return at::index_copy(in[0], 0, in[1], in[2]); }},
    {"index_add", Pass::kForward, draw_row_writes,
     [](const Tensors& in) { return at::index_add(in[0], 0, in[1], in[2]); }},
    {"index_select_backward", Pass::kBackward, draw_row_reads,
     [](const Tensors& in) { return at::index_select(in[0], 0, in[1]); }},
    {"repeat_interleave_backward", Pass::kBackward, draw_repeats,
     [](const Tensors& in) { return at::repeat_interleave(in[0], in[1], 0); }},
    {"embedding_backward", Pass::kBackward, draw_row_reads,
     [](const Tensors& in) { return at::embedding(in[0], in[1]); }},
    {"embedding_bag_max_backward", Pass::kBackward, draw_row_reads,
     [](const Tensors& in) {
       constexpr std::int64_t kMax = 2;
       const at::Tensor bags = at::arange(0, in[1].size(0), 4, in[1].options());
       return std::get<0>(at::embedding_bag(in[0], in[1], bags, false, kMax));
     }},
};

}  // namespace

std::span<const Operation> indexing() { return kOperations; }

}  // namespace ndbench::operators
