#include <cstring>
#include <dnnl.hpp>
#include <map>
#include <utility>

#include "engine.h"
#include "ndbench/error.h"

namespace ndbench::kernels {
namespace {

using dnnl::algorithm;
using dnnl::memory;
using dnnl::prop_kind;

const dnnl::engine& cpu() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

/// A tensor in oneDNN's words, without a copy.
memory plain(const at::Tensor& tensor) {
  const memory::dims sizes(tensor.sizes().begin(), tensor.sizes().end());
  const memory::dims strides(tensor.strides().begin(), tensor.strides().end());
  return {{sizes, memory::data_type::f32, strides}, cpu(), tensor.data_ptr()};
}

/// The sizes of a tensor, in whatever layout an implementation prefers.
memory::desc any_layout(const at::Tensor& tensor) {
  return {{tensor.sizes().begin(), tensor.sizes().end()},
          memory::data_type::f32,
          memory::format_tag::any};
}

/// What a primitive reads and writes, by oneDNN's numbers for them.
struct Operands {
  std::map<int, memory> inputs;
  int output = DNNL_ARG_DST;
  std::vector<int> other_outputs{};
};

class OneDnnEngine final : public Engine {
 public:
  OneDnnEngine(const dnnl::primitive_desc_base& implementation, const Operands& operands,
               at::IntArrayRef sizes)
      : name_(implementation.impl_info_str()),
        primitive_(implementation.get()),
        stream_(cpu()),
        output_(memory_of(implementation, operands.output)),
        sizes_(sizes.vec()) {
    for (const auto& [argument, given] : operands.inputs) {
      const memory::desc wanted = implementation.query_md(dnnl::query::exec_arg_md, argument);
      memory input = given;
      if (wanted != given.get_desc()) {
        input = memory(wanted, cpu());
        dnnl::reorder(given, input).execute(stream_, const_cast<memory&>(given), input);
        stream_.wait();
      }
      arguments_.emplace(argument, input);
    }
    for (const int argument : operands.other_outputs) {
      arguments_.emplace(argument, memory_of(implementation, argument));
    }
    arguments_.emplace(operands.output, output_);
  }

  [[nodiscard]] std::string name() const override { return name_; }

  /// oneDNN promises equal bits from run to run in one environment, and its CPU kernels keep it.
  [[nodiscard]] bool is_deterministic() const override { return true; }

  void run() override {
    primitive_.execute(stream_, arguments_);
    stream_.wait();
  }

  void overwrite(int byte) override {
    std::memset(output_.get_data_handle(), byte, output_.get_desc().get_size());
  }

  [[nodiscard]] at::Tensor result() const override {
    const at::Tensor result = at::empty(sizes_, at::kFloat);
    memory target = plain(result);
    memory source = output_;
    dnnl::stream stream(cpu());
    dnnl::reorder(source, target).execute(stream, source, target);
    stream.wait();
    return result;
  }

  /// What the last run left under this number, in the implementation's layout.
  [[nodiscard]] memory operand(int argument) const { return arguments_.at(argument); }

 private:
  static memory memory_of(const dnnl::primitive_desc_base& implementation, int argument) {
    return {implementation.query_md(dnnl::query::exec_arg_md, argument), cpu()};
  }

  std::string name_;
  dnnl::primitive primitive_;
  dnnl::stream stream_;
  memory output_;
  std::unordered_map<int, memory> arguments_;
  std::vector<std::int64_t> sizes_;
};

/// What engines are made for.
struct Request {
  const Workload& workload;
  bool with_reference;
};

/// Every implementation of a primitive. `hint` is the forward primitive's descriptor where it is on
/// the way back.
template <typename Primitive, typename... Hint>
Engines all_implementations(const Request& request, const typename Primitive::desc& description,
                            const Operands& operands, const Hint&... hint) {
  // oneDNN's iterator reads the description that it was made from at each step.
  typename Primitive::primitive_desc implementation(description, cpu(), hint...,
                                                    /*allow_empty=*/true);
  Engines engines;
  if (!implementation) return engines;
  do {
    const std::string name = implementation.impl_info_str();
    const bool is_reference = name.find("ref") != std::string::npos;
    if (is_reference && !request.with_reference && !engines.empty()) continue;
    engines.push_back(
        std::make_unique<OneDnnEngine>(implementation, operands, request.workload.result_sizes()));
  } while (implementation.next_impl());
  return engines;
}

memory::dims square(std::int64_t size) { return {size, size}; }

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

/// Direct ones, and Winograd's where the processor and the shape have them.
Engines convolutions(const Request& request) {
  Engines engines = convolutions_by(algorithm::convolution_direct, request);
  for (auto& engine : convolutions_by(algorithm::convolution_winograd, request)) {
    engines.push_back(std::move(engine));
  }
  return engines;
}

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

Engines onednn_engines(const Workload& workload, bool with_reference) {
  const Request request{workload, with_reference};
  switch (workload.layer.operation) {
    case Operation::kConvolution:
      return convolutions(request);
    case Operation::kMaxPooling:
    case Operation::kAveragePooling:
      return poolings(request);
    case Operation::kBatchNorm:
      return batch_norms(request);
    case Operation::kSoftmax:
      return softmaxes(request);
    case Operation::kSum:
      break;
  }
  return sums(request);
}

}  // namespace ndbench::kernels
