#include <algorithm>
#include <array>
#include <vector>

#include "cudnn_graph.h"
#include "ndbench/torch_api.h"

namespace ndbench::kernels {
namespace {

/// Engines that ask for more are left out.
constexpr std::int64_t kMostWorkspace = std::int64_t{4} << 30U;

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

/// What one of a graph's engines needs to run. cuDNN may refer to what a descriptor was made of:
/// all of it stays, and the handle goes last.
struct Plan {
  SharedHandle handle;
  std::shared_ptr<const Descriptor> graph;
  Descriptor engine;
  Descriptor configuration{CUDNN_BACKEND_ENGINECFG_DESCRIPTOR};
  Descriptor plan{CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR};
  Descriptor memory{CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR};
  std::int64_t workspace_bytes = 0;

  /// False where cuDNN cannot run that engine here, or takes too much memory for it.
  [[nodiscard]] bool prepare() {
    configuration.set(CUDNN_ATTR_ENGINECFG_ENGINE, engine);
    if (!configuration.try_finalize()) return false;
    plan.set(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, CUDNN_TYPE_HANDLE, std::vector{handle->get()});
    plan.set(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, configuration);
    if (!plan.try_finalize()) return false;
    workspace_bytes =
        plan.values<std::int64_t>(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, CUDNN_TYPE_INT64, 1)
            .at(0);
    return workspace_bytes <= kMostWorkspace;
  }

  void take_memory(const DeviceWorkload& on_device, const at::Tensor& workspace) {
    std::vector<void*> pointers;
    for (const at::Tensor& tensor : tensors_of(on_device)) pointers.push_back(tensor.data_ptr());
    memory.set(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, CUDNN_TYPE_INT64,
               std::vector(kUids.begin(), kUids.end()));
    memory.set(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, pointers);
    memory.set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR,
               std::vector<void*>{workspace_bytes > 0 ? workspace.data_ptr() : nullptr});
    memory.finalize();
  }

  [[nodiscard]] cudnnStatus_t run() const {
    return NDBENCH_CUDNN(cudnnBackendExecute)(handle->get(), plan.get(), memory.get());
  }
};

using Notes = std::vector<cudnnBackendNumericalNote_t>;

bool has(const Notes& notes, cudnnBackendNumericalNote_t note) {
  return std::find(notes.begin(), notes.end(), note) != notes.end();
}

/// Tensor cores take float32 only after rounding it to TF32.
bool rounds(const Notes& notes) {
  return has(notes, CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS) ||
         has(notes, CUDNN_NUMERICAL_NOTE_TENSOR_CORE);
}

struct Candidate {
  std::shared_ptr<Plan> plan;
  std::string name;
  bool is_marked;
};

/// Every engine of the graph that may be used and can be prepared.
std::vector<Candidate> candidates_of(const DeviceWorkload& on_device) {
  const auto graph = std::make_shared<const Descriptor>(describe_graph(on_device));
  const std::int64_t count =
      graph
          ->values<std::int64_t>(CUDNN_ATTR_OPERATIONGRAPH_ENGINE_GLOBAL_COUNT, CUDNN_TYPE_INT64, 1)
          .at(0);
  const bool may_round = allows_tf32(on_device.output.device().type());
  std::vector<Candidate> candidates;
  for (std::int64_t index = 0; index < count; ++index) {
    Descriptor engine(CUDNN_BACKEND_ENGINE_DESCRIPTOR);
    engine.set(CUDNN_ATTR_ENGINE_OPERATION_GRAPH, *graph);
    engine.set(CUDNN_ATTR_ENGINE_GLOBAL_INDEX, CUDNN_TYPE_INT64, std::vector{index});
    if (!engine.try_finalize()) continue;
    const auto notes = engine.values<cudnnBackendNumericalNote_t>(CUDNN_ATTR_ENGINE_NUMERICAL_NOTE,
                                                                  CUDNN_TYPE_NUMERICAL_NOTE,
                                                                  CUDNN_NUMERICAL_NOTE_TYPE_COUNT);
    if (rounds(notes) && !may_round) continue;
    auto plan = std::make_shared<Plan>(Plan{on_device.handle, graph, std::move(engine)});
    if (!plan->prepare()) continue;
    candidates.push_back({std::move(plan), name_of(index, notes),
                          has(notes, CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC)});
  }
  return candidates;
}

}  // namespace

Engines cudnn_convolutions(const DeviceWorkload& on_device) {
  const std::vector<Candidate> candidates = candidates_of(on_device);
  std::int64_t most = 0;
  for (const Candidate& candidate : candidates) {
    most = std::max(most, candidate.plan->workspace_bytes);
  }
  // One for all: they run one after another.
  const at::Tensor workspace = at::empty({most}, on_device.output.options().dtype(at::kByte));
  Engines engines;
  for (const auto& [plan, name, is_marked] : candidates) {
    plan->take_memory(on_device, workspace);
    if (plan->run() != CUDNN_STATUS_SUCCESS) continue;
    engines.push_back(std::make_unique<CuDnnEngine>(
        name, is_marked, on_device.output,
        [on_device, workspace, plan = plan] { check_cudnn(plan->run(), "cudnnBackendExecute"); }));
  }
  return engines;
}

}  // namespace ndbench::kernels
