#include "volumes.h"

namespace ndbench::operators {
namespace {

/// With a point in [-1, 1] of each volume for each element of a volume of that size.
template <int dimensions>
Tensors draw_points(Draw& draw) {
  const auto sizes = volume<dimensions>(draw);
  std::vector<std::int64_t> points{kBatch};
  points.insert(points.end(), sizes.begin() + 2, sizes.end());
  points.push_back(dimensions);
  const at::Tensor grid = draw.uniform(points).mul_(2.0).sub_(1.0);
  return {draw.leaf(sizes), grid.requires_grad_(true)};
}

/// Twice the edge and one more, so that no weight is that of another pixel.
std::vector<std::int64_t> enlarged(const Tensors& in) {
  const auto dimensions = static_cast<std::size_t>(in[0].dim() - 2);
  return std::vector<std::int64_t>(dimensions, 2 * in[0].size(-1) + 1);
}

at::Tensor grid_sample(const Tensors& in) {
  constexpr std::int64_t kLinear = 0, kZeros = 0;
  return at::grid_sampler(in[0], in[1], kLinear, kZeros, /*align_corners=*/false);
}

constexpr Operation kOperations[] = {
    {"interpolate_linear_backward", Pass::kBackward, draw_volumes<1>,
     [](const Tensors& in) {
       return at::upsample_linear1d(in[0], at::IntArrayRef(enlarged(in)), false);
     }},
    {"interpolate_bilinear_backward", Pass::kBackward, draw_volumes<2>,
     [](const Tensors& in) {
       return at::upsample_bilinear2d(in[0], at::IntArrayRef(enlarged(in)), false);
     }},
    {"interpolate_bicubic_backward", Pass::kBackward, draw_volumes<2>,
     [](const Tensors& in) {
       return at::upsample_bicubic2d(in[0], at::IntArrayRef(enlarged(in)), false);
     }},
    {"interpolate_trilinear_backward", Pass::kBackward, draw_volumes<3>,
     [](const Tensors& in) {
       return at::upsample_trilinear3d(in[0], at::IntArrayRef(enlarged(in)), false);
     }},
    {"grid_sample2d_backward", Pass::kBackward, draw_points<2>, grid_sample},
    {"grid_sample3d_backward", Pass::kBackward, draw_points<3>, grid_sample},
};

}  // namespace

std::span<const Operation> interpolation() { return kOperations; }

}  // namespace ndbench::operators
