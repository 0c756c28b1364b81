#include "volumes.h"

namespace ndbench::operators {
namespace {

/// With the places in each picture where its windows begin.
template <int dimensions>
Tensors draw_fractions(Draw& draw) {
  return {draw.leaf(volume<dimensions>(draw)), draw.uniform({kBatch, kChannels, dimensions})};
}

/// With the place in the larger volume, twice as wide, where each element goes.
template <int dimensions>
Tensors draw_unpooling(Draw& draw) {
  const auto sizes = volume<dimensions>(draw);
  std::int64_t places = 1;
  for (int i = 0; i < dimensions; ++i) places *= 2 * sizes.back();
  return {draw.normal(sizes), draw.indices(sizes, 0, places)};
}

/// The same edge as the first input's, times a fraction, in all dimensions.
std::vector<std::int64_t> scaled(const Tensors& in, std::int64_t numerator,
                                 std::int64_t denominator) {
  const auto dimensions = static_cast<std::size_t>(in[0].dim() - 2);
  return std::vector<std::int64_t>(dimensions, in[0].size(-1) * numerator / denominator);
}

constexpr Operation kOperations[] = {
    {"max_pool3d_backward", Pass::kBackward, draw_volumes<3>,
     [](const Tensors& in) {
       return at::max_pool3d(in[0], {3, 3, 3}, {2, 2, 2});
     }},
    {"avg_pool3d_backward", Pass::kBackward, draw_volumes<3>,
     [](const Tensors& in) {
       return at::avg_pool3d(in[0], {3, 3, 3}, {2, 2, 2});
     }},
    {"adaptive_avg_pool2d_backward", Pass::kBackward, draw_volumes<2>,
     [](const Tensors& in) {
       return at::adaptive_avg_pool2d(in[0], {5, 5});
     }},
    {"adaptive_avg_pool3d_backward", Pass::kBackward, draw_volumes<3>,
     [](const Tensors& in) {
       return at::adaptive_avg_pool3d(in[0], {5, 5, 5});
     }},
    {"adaptive_max_pool2d_backward", Pass::kBackward, draw_volumes<2>,
     [](const Tensors& in) {
       return std::get<0>(at::adaptive_max_pool2d(in[0], {5, 5}));
     }},
    {"fractional_max_pool2d_backward", Pass::kBackward, draw_fractions<2>,
     [](const Tensors& in) {
       return std::get<0>(at::fractional_max_pool2d(in[0], {2, 2}, scaled(in, 2, 3), in[1]));
     }},
    {"fractional_max_pool3d_backward", Pass::kBackward, draw_fractions<3>,
     [](const Tensors& in) {
       return std::get<0>(at::fractional_max_pool3d(in[0], {2, 2, 2}, scaled(in, 2, 3), in[1]));
     }},
    // As in PyTorch, a picture of one row.
    {"max_unpool1d", Pass::kForward, draw_unpooling<1>,
     [](const Tensors& in) {
       return at::max_unpool2d(in[0].unsqueeze(2), in[1].unsqueeze(2), {1, 2 * in[0].size(-1)});
     }},
    {"max_unpool2d", Pass::kForward, draw_unpooling<2>,
     [](const Tensors& in) { return at::max_unpool2d(in[0], in[1], scaled(in, 2, 1)); }},
    {"max_unpool3d", Pass::kForward, draw_unpooling<3>,
     [](const Tensors& in) {
       return at::max_unpool3d(in[0], in[1], scaled(in, 2, 1), {2, 2, 2}, {0, 0, 0});
     }},
};

}  // namespace

std::span<const Operation> pooling() { return kOperations; }

}  // namespace ndbench::operators
