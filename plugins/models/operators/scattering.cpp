#include "operation.h"

namespace ndbench::operators {
namespace {

/// What is scattered into, where to, and what.
Tensors draw_scatter(Draw& draw) {
  return {draw.normal({draw.places()}), draw.indices({draw.size()}, 0, draw.places()),
          draw.normal({draw.size()})};
}

/// Near 1, so that products of hundreds stay in range.
Tensors draw_factors(Draw& draw) {
  Tensors inputs = draw_scatter(draw);
  inputs[2].mul_(1e-2).add_(1.0);
  return inputs;
}

Tensors draw_gather(Draw& draw) {
  return {draw.leaf({draw.places()}), draw.indices({draw.size()}, 0, draw.places())};
}

constexpr Operation kOperations[] = {
    {"scatter", Pass::kForward, draw_scatter,
     [](const Tensors& in) { return at::scatter(in[0], 0, in[1], in[2]); }},
    {"scatter_add", Pass::kForward, draw_scatter,
     [](const Tensors& in) { return at::scatter_add(in[0], 0, in[1], in[2]); }},
    {"scatter_reduce_sum", Pass::kForward, draw_scatter,
     [](const Tensors& in) { return at::scatter_reduce(in[0], 0, in[1], in[2], "sum"); }},
    {"scatter_reduce_mean", Pass::kForward, draw_scatter,
     [](const Tensors& in) { return at::scatter_reduce(in[0], 0, in[1], in[2], "mean"); }},
    {"scatter_reduce_prod", Pass::kForward, draw_factors,
     [](const Tensors& in) { return at::scatter_reduce(in[0], 0, in[1], in[2], "prod"); }},
    {"gather_backward", Pass::kBackward, draw_gather,
     [](const Tensors& in) { return at::gather(in[0], 0, in[1]); }},
};

}  // namespace

std::span<const Operation> scattering() { return kOperations; }

}  // namespace ndbench::operators
