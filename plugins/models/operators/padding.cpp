#include "operation.h"

namespace ndbench::operators {
namespace {

constexpr std::int64_t kBatch = 4;
constexpr std::int64_t kChannels = 16;

template <int dimensions>
Tensors draw_volumes(Draw& draw) {
  std::vector<std::int64_t> volume{kBatch, kChannels};
  volume.insert(volume.end(), dimensions, draw.edge(dimensions, kBatch * kChannels));
  return {draw.leaf(volume)};
}

constexpr Operation kOperations[] = {
    {"replication_pad1d_backward", Pass::kBackward, draw_volumes<1>,
     [](const Tensors& in) {
       return at::replication_pad1d(in[0], {3, 3});
     }},
    {"replication_pad2d_backward", Pass::kBackward, draw_volumes<2>,
     [](const Tensors& in) {
       return at::replication_pad2d(in[0], {3, 3, 3, 3});
     }},
    {"replication_pad3d_backward", Pass::kBackward, draw_volumes<3>,
     [](const Tensors& in) {
       return at::replication_pad3d(in[0], {3, 3, 3, 3, 3, 3});
     }},
    {"reflection_pad1d_backward", Pass::kBackward, draw_volumes<1>,
     [](const Tensors& in) {
       return at::reflection_pad1d(in[0], {3, 3});
     }},
    {"reflection_pad2d_backward", Pass::kBackward, draw_volumes<2>,
     [](const Tensors& in) {
       return at::reflection_pad2d(in[0], {3, 3, 3, 3});
     }},
    {"reflection_pad3d_backward", Pass::kBackward, draw_volumes<3>,
     [](const Tensors& in) {
       return at::reflection_pad3d(in[0], {3, 3, 3, 3, 3, 3});
     }},
};

}  // namespace

std::span<const Operation> padding() { return kOperations; }

}  // namespace ndbench::operators
