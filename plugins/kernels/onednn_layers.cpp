#include "onednn_engine.h"

namespace ndbench::kernels {
namespace {

Engines poolings(const Request& request) {
  const Workload& workload = request.workload;
  const Layer& layer = workload.layer;
  const bool is_max = layer.operation == Operation::kMaxPooling;
  const auto kind = is_max ? algorithm::pooling_max : algorithm::pooling_avg_exclude_padding;
  const memory::dims stride = square(layer.stride);
  const memory::dims kernel = square(layer.kernel);
  const memory::dims padding = square(layer.padding);
  const memory source = plain(workload.source);
  // Plain layouts: the place of each maximum, which the way back needs, has the layout of its own
  // forward pass.
  const memory::desc output = plain(workload.gradient).get_desc();
  const dnnl::pooling_forward::desc forward(prop_kind::forward_training, kind, source.get_desc(),
                                            output, stride, kernel, padding, padding);
  Operands operands{.inputs = {{DNNL_ARG_SRC, source}}};
  if (is_max) operands.other_outputs = {DNNL_ARG_WORKSPACE};
  if (workload.pass == Pass::kForward) {
    return all_implementations<dnnl::pooling_forward>(request, forward, operands);
  }
  const dnnl::pooling_forward::primitive_desc hint(forward, cpu());
  Operands backward{.inputs = {{DNNL_ARG_DIFF_DST, plain(workload.gradient)}},
                    .output = DNNL_ARG_DIFF_SRC};
  if (is_max) {
    OneDnnEngine maxima(hint, operands, workload.gradient.sizes());
    maxima.run();
    backward.inputs.emplace(DNNL_ARG_WORKSPACE, maxima.operand(DNNL_ARG_WORKSPACE));
  }
  return all_implementations<dnnl::pooling_backward>(
      request, {kind, source.get_desc(), output, stride, kernel, padding, padding}, backward, hint);
}

Engines batch_norms(const Request& request) {
  constexpr auto kFlags = dnnl::normalization_flags::use_scale_shift;
  const Workload& workload = request.workload;
  const memory source = plain(workload.source);
  const memory scale_shift = plain(workload.scale_shift);
  const memory::desc layout = source.get_desc();
  const dnnl::batch_normalization_forward::desc forward(prop_kind::forward_training, layout,
                                                        kBatchNormEpsilon, kFlags);
  const Operands operands{.inputs = {{DNNL_ARG_SRC, source}, {DNNL_ARG_SCALE_SHIFT, scale_shift}},
                          .other_outputs = {DNNL_ARG_MEAN, DNNL_ARG_VARIANCE}};
  if (workload.pass == Pass::kForward) {
    return all_implementations<dnnl::batch_normalization_forward>(request, forward, operands);
  }
  const dnnl::batch_normalization_forward::primitive_desc hint(forward, cpu());
  OneDnnEngine statistics(hint, operands, workload.source.sizes());
  statistics.run();
  return all_implementations<dnnl::batch_normalization_backward>(
      request, {prop_kind::backward, layout, layout, kBatchNormEpsilon, kFlags},
      {.inputs = {{DNNL_ARG_SRC, source},
                  {DNNL_ARG_SCALE_SHIFT, scale_shift},
                  {DNNL_ARG_MEAN, statistics.operand(DNNL_ARG_MEAN)},
                  {DNNL_ARG_VARIANCE, statistics.operand(DNNL_ARG_VARIANCE)},
                  {DNNL_ARG_DIFF_DST, plain(workload.gradient)}},
       .output = DNNL_ARG_DIFF_SRC,
       .other_outputs = {DNNL_ARG_DIFF_SCALE_SHIFT}},
      hint);
}

Engines softmaxes(const Request& request) {
  const Workload& workload = request.workload;
  const memory source = plain(workload.source);
  const memory::desc layout = source.get_desc();
  const dnnl::softmax_forward::desc forward(prop_kind::forward_training, layout, 1);
  const Operands operands{.inputs = {{DNNL_ARG_SRC, source}}};
  if (workload.pass == Pass::kForward) {
    return all_implementations<dnnl::softmax_forward>(request, forward, operands);
  }
  const dnnl::softmax_forward::primitive_desc hint(forward, cpu());
  OneDnnEngine output(hint, operands, workload.source.sizes());
  output.run();
  return all_implementations<dnnl::softmax_backward>(
      request, {layout, layout, 1},
      {.inputs = {{DNNL_ARG_DST, output.operand(DNNL_ARG_DST)},
                  {DNNL_ARG_DIFF_DST, plain(workload.gradient)}},
       .output = DNNL_ARG_DIFF_SRC},
      hint);
}

Engines sums(const Request& request) {
  const memory source = plain(request.workload.source);
  const memory::desc output = plain(request.workload.gradient).get_desc();
  return all_implementations<dnnl::reduction>(
      request, {algorithm::reduction_sum, source.get_desc(), output, 0.0F, 0.0F},
      {.inputs = {{DNNL_ARG_SRC, source}}});
}

}  // namespace

Engines onednn_layers(const Request& request) {
  switch (request.workload.layer.operation) {
    case Operation::kMaxPooling:
    case Operation::kAveragePooling:
      return poolings(request);
    case Operation::kBatchNorm:
      return batch_norms(request);
    case Operation::kSoftmax:
      return softmaxes(request);
    case Operation::kSum:
    case Operation::kConvolution:
      break;
  }
  return sums(request);
}

std::string onednn_version() {
  const dnnl_version_t* const version = dnnl_version();
  return "oneDNN " + std::to_string(version->major) + "." + std::to_string(version->minor) + "." +
         std::to_string(version->patch);
}

Engines onednn_engines(const Workload& workload, bool with_reference) {
  const Request request{workload, with_reference};
  return workload.layer.operation == Operation::kConvolution ? onednn_convolutions(request)
                                                             : onednn_layers(request);
}

}  // namespace ndbench::kernels
