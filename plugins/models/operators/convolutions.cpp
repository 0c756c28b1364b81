#include "operation.h"

namespace ndbench::operators {
namespace {

constexpr std::int64_t kBatch = 8;
constexpr std::int64_t kChannels = 16;

/// A batch of volumes and the kernels, 3 wide, that they are convolved with.
template <int dimensions>
Tensors draw_volumes(Draw& draw) {
  std::vector<std::int64_t> volume{kBatch, kChannels};
  std::vector<std::int64_t> kernel{kChannels, kChannels};
  volume.insert(volume.end(), dimensions, draw.edge(dimensions, kBatch * kChannels));
  kernel.insert(kernel.end(), dimensions, 3);
  return {draw.leaf(volume), draw.leaf(kernel)};
}

at::Tensor conv1d(const Tensors& in) { return at::conv1d(in[0], in[1]); }
at::Tensor conv2d(const Tensors& in) { return at::conv2d(in[0], in[1]); }
at::Tensor conv3d(const Tensors& in) { return at::conv3d(in[0], in[1]); }
at::Tensor conv_transpose1d(const Tensors& in) { return at::conv_transpose1d(in[0], in[1]); }
at::Tensor conv_transpose2d(const Tensors& in) { return at::conv_transpose2d(in[0], in[1]); }
at::Tensor conv_transpose3d(const Tensors& in) { return at::conv_transpose3d(in[0], in[1]); }

constexpr Operation kOperations[] = {
    {"conv1d", Pass::kForward, draw_volumes<1>, conv1d},
    {"conv2d", Pass::kForward, draw_volumes<2>, conv2d},
    {"conv3d", Pass::kForward, draw_volumes<3>, conv3d},
    {"conv1d_backward", Pass::kBackward, draw_volumes<1>, conv1d},
    {"conv2d_backward", Pass::kBackward, draw_volumes<2>, conv2d},
    {"conv3d_backward", Pass::kBackward, draw_volumes<3>, conv3d},
    {"conv_transpose1d", Pass::kForward, draw_volumes<1>, conv_transpose1d},
    {"conv_transpose2d", Pass::kForward, draw_volumes<2>, conv_transpose2d},
    {"conv_transpose3d", Pass::kForward, draw_volumes<3>, conv_transpose3d},
    {"conv_transpose1d_backward", Pass::kBackward, draw_volumes<1>, conv_transpose1d},
    {"conv_transpose2d_backward", Pass::kBackward, draw_volumes<2>, conv_transpose2d},
    {"conv_transpose3d_backward", Pass::kBackward, draw_volumes<3>, conv_transpose3d},
};

}  // namespace

std::span<const Operation> convolutions() { return kOperations; }

}  // namespace ndbench::operators
