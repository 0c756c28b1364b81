#include "onednn_engine.h"

namespace ndbench::kernels {
namespace {

Engines convolutions_by(algorithm kind, const Request& request) {
  const Workload& workload = request.workload;
  const memory::desc source = any_layout(workload.source);
  const memory::desc weights = any_layout(workload.weights);
  const memory::desc output = any_layout(workload.gradient);
  const memory::dims stride = square(workload.layer.stride);
  const memory::dims padding = square(workload.layer.padding);
  const dnnl::convolution_forward::desc forward(prop_kind::forward_training, kind, source, weights,
                                                output, stride, padding, padding);
  if (workload.pass == Pass::kForward) {
    return all_implementations<dnnl::convolution_forward>(
        request, forward,
        {.inputs = {{DNNL_ARG_SRC, plain(workload.source)},
                    {DNNL_ARG_WEIGHTS, plain(workload.weights)}}});
  }
  const dnnl::convolution_forward::primitive_desc hint(forward, cpu(), /*allow_empty=*/true);
  if (!hint) return {};
  if (workload.pass == Pass::kDataGradient) {
    return all_implementations<dnnl::convolution_backward_data>(
        request, {kind, source, weights, output, stride, padding, padding},
        {.inputs = {{DNNL_ARG_WEIGHTS, plain(workload.weights)},
                    {DNNL_ARG_DIFF_DST, plain(workload.gradient)}},
         .output = DNNL_ARG_DIFF_SRC},
        hint);
  }
  return all_implementations<dnnl::convolution_backward_weights>(
      request, {kind, source, weights, output, stride, padding, padding},
      {.inputs = {{DNNL_ARG_SRC, plain(workload.source)},
                  {DNNL_ARG_DIFF_DST, plain(workload.gradient)}},
       .output = DNNL_ARG_DIFF_WEIGHTS},
      hint);
}

}  // namespace

/// Direct ones, and Winograd's where the processor and the shape have them.
Engines onednn_convolutions(const Request& request) {
  Engines engines = convolutions_by(algorithm::convolution_direct, request);
  for (auto& engine : convolutions_by(algorithm::convolution_winograd, request)) {
    engines.push_back(std::move(engine));
  }
  return engines;
}

}  // namespace ndbench::kernels
