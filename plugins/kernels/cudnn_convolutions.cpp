#include <algorithm>
#include <array>
#include <vector>

#include "cudnn_descriptor.h"
#include "cudnn_engine.h"
#include "ndbench/torch_api.h"

namespace ndbench::kernels {
namespace {

/// Engines that ask for more are left out: LibTorch would not take them either.
constexpr std::int64_t kMostWorkspace = std::int64_t{4} << 30U;

/// The numbers by which the graph and the memory it runs on know each tensor.
constexpr std::array<std::int64_t, 3> kUids{1, 2, 3};

Descriptor describe_tensor(const at::Tensor& tensor, std::int64_t uid) {
  Descriptor result(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
  result.set(CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE, std::vector{CUDNN_DATA_FLOAT});
  result.set(CUDNN_ATTR_TENSOR_DIMENSIONS, CUDNN_TYPE_INT64, tensor.sizes().vec());
  result.set(CUDNN_ATTR_TENSOR_STRIDES, CUDNN_TYPE_INT64, tensor.strides().vec());
  result.set(CUDNN_ATTR_TENSOR_UNIQUE_ID, CUDNN_TYPE_INT64, std::vector{uid});
  result.set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, CUDNN_TYPE_INT64, std::vector{std::int64_t{16}});
  result.finalize();
  return result;
}

Descriptor describe_convolution(const Layer& layer) {
  const std::vector<std::int64_t> padding(2, layer.padding);
  Descriptor result(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
  result.set(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_TYPE_DATA_TYPE, std::vector{CUDNN_DATA_FLOAT});
  result.set(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE,
             std::vector{CUDNN_CROSS_CORRELATION});
  result.set(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, CUDNN_TYPE_INT64, std::vector{std::int64_t{2}});
  result.set(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, CUDNN_TYPE_INT64, padding);
  result.set(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, CUDNN_TYPE_INT64, padding);
  result.set(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, CUDNN_TYPE_INT64,
             std::vector<std::int64_t>(2, layer.stride));
  result.set(CUDNN_ATTR_CONVOLUTION_DILATIONS, CUDNN_TYPE_INT64, std::vector<std::int64_t>(2, 1));
  result.finalize();
  return result;
}

/// How one pass of a convolution is called in the graph API, and which tensors it is over, in the
/// order of their attributes here: source, weights, output, or the gradients of these.
struct Operation {
  cudnnBackendDescriptorType_t type;
  std::array<cudnnBackendAttributeName_t, 3> tensors;
  cudnnBackendAttributeName_t convolution, alpha, beta;
};

Operation operation_of(Pass pass) {
  switch (pass) {
    case Pass::kForward:
      return {
          CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR,
          {CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W,
           CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y},
          CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC,
          CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA,
          CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA};
    case Pass::kDataGradient:
      return {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR,
              {CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,
               CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W,
               CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY},
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA,
              CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA};
    case Pass::kFilterGradient:
      break;
  }
  return {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR,
          {CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X,
           CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW,
           CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY},
          CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC,
          CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA,
          CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA};
}

/// Source, weights and output, with the result in the place of what the pass computes.
std::array<at::Tensor, 3> tensors_of(const DeviceWorkload& on_device) {
  const Workload& given = on_device.workload;
  std::array<at::Tensor, 3> tensors{given.source, given.weights, given.gradient};
  const std::size_t result = given.pass == Pass::kForward        ? 2
                             : given.pass == Pass::kDataGradient ? 0
                                                                 : 1;
  tensors[result] = on_device.output;
  return tensors;
}

Descriptor describe_graph(const DeviceWorkload& on_device) {
  const Operation operation = operation_of(on_device.workload.pass);
  const auto tensors = tensors_of(on_device);
  Descriptor node(operation.type);
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    node.set(operation.tensors[i], describe_tensor(tensors[i], kUids[i]));
  }
  node.set(operation.convolution, describe_convolution(on_device.workload.layer));
  node.set(operation.alpha, CUDNN_TYPE_FLOAT, std::vector{1.0F});
  node.set(operation.beta, CUDNN_TYPE_FLOAT, std::vector{0.0F});
  node.finalize();
  Descriptor graph(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
  graph.set(CUDNN_ATTR_OPERATIONGRAPH_OPS, node);
  graph.set(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CUDNN_TYPE_HANDLE,
            std::vector{on_device.handle->get()});
  graph.finalize();
  return graph;
}

/// "27", "31.winograd.fft".
std::string name_of(std::int64_t index, const std::vector<cudnnBackendNumericalNote_t>& notes) {
  static const std::vector<std::pair<cudnnBackendNumericalNote_t, const char*>> words{
      {CUDNN_NUMERICAL_NOTE_TENSOR_CORE, "tensor_core"},
      {CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION, "reduced_precision"},
      {CUDNN_NUMERICAL_NOTE_FFT, "fft"},
      {CUDNN_NUMERICAL_NOTE_WINOGRAD, "winograd"},
      {CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC, "nondeterministic"}};
  std::string name = std::to_string(index);
  for (const auto& [note, word] : words) {
    if (std::find(notes.begin(), notes.end(), note) != notes.end())
      name += fmt::format(".{}", word);
  }
  return name;
}

/// What one of a graph's engines needs to run.
struct Plan {
  Descriptor plan;
  Descriptor memory;
  at::Tensor workspace;
};

/// nullptr where cuDNN cannot run that engine here, or takes too much memory for it.
std::shared_ptr<Plan> make_plan(const DeviceWorkload& on_device, const Descriptor& engine) {
  Descriptor configuration(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
  configuration.set(CUDNN_ATTR_ENGINECFG_ENGINE, engine);
  if (!configuration.try_finalize()) return nullptr;
  Descriptor plan(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
  plan.set(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, CUDNN_TYPE_HANDLE,
           std::vector{on_device.handle->get()});
  plan.set(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, configuration);
  if (!plan.try_finalize()) return nullptr;
  const std::int64_t bytes =
      plan.values<std::int64_t>(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, CUDNN_TYPE_INT64, 1)
          .at(0);
  if (bytes > kMostWorkspace) return nullptr;
  at::Tensor workspace = at::empty({bytes}, on_device.output.options().dtype(at::kByte));
  std::vector<void*> pointers;
  for (const at::Tensor& tensor : tensors_of(on_device)) pointers.push_back(tensor.data_ptr());
  Descriptor memory(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
  memory.set(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, CUDNN_TYPE_INT64,
             std::vector(kUids.begin(), kUids.end()));
  memory.set(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, pointers);
  memory.set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR,
             std::vector<void*>{bytes > 0 ? workspace.data_ptr() : nullptr});
  memory.finalize();
  return std::make_shared<Plan>(Plan{std::move(plan), std::move(memory), std::move(workspace)});
}

}  // namespace

Engines cudnn_convolutions(const DeviceWorkload& on_device) {
  const Descriptor graph = describe_graph(on_device);
  const std::int64_t count =
      graph.values<std::int64_t>(CUDNN_ATTR_OPERATIONGRAPH_ENGINE_GLOBAL_COUNT, CUDNN_TYPE_INT64, 1)
          .at(0);
  const bool allows_rounding = allows_tf32(on_device.output.device().type());
  Engines engines;
  for (std::int64_t index = 0; index < count; ++index) {
    Descriptor engine(CUDNN_BACKEND_ENGINE_DESCRIPTOR);
    engine.set(CUDNN_ATTR_ENGINE_OPERATION_GRAPH, graph);
    engine.set(CUDNN_ATTR_ENGINE_GLOBAL_INDEX, CUDNN_TYPE_INT64, std::vector{index});
    if (!engine.try_finalize()) continue;
    const auto notes = engine.values<cudnnBackendNumericalNote_t>(CUDNN_ATTR_ENGINE_NUMERICAL_NOTE,
                                                                  CUDNN_TYPE_NUMERICAL_NOTE,
                                                                  CUDNN_NUMERICAL_NOTE_TYPE_COUNT);
    const auto has = [&](cudnnBackendNumericalNote_t note) {
      return std::find(notes.begin(), notes.end(), note) != notes.end();
    };
    if (has(CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS) && !allows_rounding) continue;
    const auto plan = make_plan(on_device, engine);
    if (plan == nullptr) continue;
    const auto run = [plan, handle = on_device.handle] {
      return NDBENCH_CUDNN(cudnnBackendExecute)(handle->get(), plan->plan.get(),
                                                plan->memory.get());
    };
    if (run() != CUDNN_STATUS_SUCCESS) continue;
    engines.push_back(std::make_unique<CuDnnEngine>(
        name_of(index, notes), !has(CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC), on_device.output,
        [run] { check_cudnn(run(), "cudnnBackendExecute"); }));
  }
  return engines;
}

}  // namespace ndbench::kernels
