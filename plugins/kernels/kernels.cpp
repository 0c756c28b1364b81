#include <ATen/Context.h>
#include <ATen/detail/CUDAHooksInterface.h>

#include <algorithm>
#include <map>
#include <utility>

#include "../models/repeated_step.h"
#include "ndbench/plugin.h"
#include "trial.h"

namespace ndbench::kernels {
namespace {

const std::vector<std::pair<std::string, Pass>> kPasses{{"forward", Pass::kForward},
                                                        {"data_gradient", Pass::kDataGradient},
                                                        {"filter_gradient", Pass::kFilterGradient}};

/// Runs one kernel of a library with the fastest of the engines that the mode allows.
///
/// Every engine is tried out first. Where algorithms must be deterministic, the others are left
/// out; the state is what each engine that was left in has given.
class KernelTask final : public RepeatedStep {
 public:
  /// @param calls  of the kernel in a step
  /// @param tried  what was found of every engine, those left out among them
  KernelTask(Workload workload, const std::string& device, std::int64_t calls,
             std::vector<Trial> trials, std::map<std::string, std::string> tried)
      : RepeatedStep(workload.source.size(0) * calls),
        workload_(std::move(workload)),
        calls_(calls),
        trials_(std::move(trials)),
        chosen_(fastest(trials_)),
        in_force_(std::move(tried)),
        loss_(trials_.front().engine->result().norm().to(c10::Device(device))) {
    in_force_["engine"] = trials_[chosen_].name;
  }

  /// @return the L2 norm of what the first engine gave before.
  at::Tensor train_step() override {
    for (std::int64_t call = 0; call < calls_; ++call) trials_[chosen_].engine->run();
    return loss_;
  }

  void visit_batch(const StateVisitor& visit) const override {
    visit("source", workload_.source);
    visit("gradient", workload_.gradient);
    if (workload_.weights.defined()) visit("weights", workload_.weights);
  }

  /// The relative error of the engine that was chosen, and of each, against float64.
  Evaluation evaluate() override {
    const at::Tensor reference = reference_result(workload_, at::kDouble);
    Evaluation evaluation{.metric = "relative_error",
                          .higher_is_better = false,
                          .examples = workload_.source.size(0)};
    for (const Trial& trial : trials_) {
      evaluation.other["relative_error." + trial.name] =
          relative_error(trial.engine->result(), reference);
    }
    evaluation.value = evaluation.other.at("relative_error." + trials_[chosen_].name);
    return evaluation;
  }

  void visit_state(const StateVisitor& visit) const override {
    for (const Trial& trial : trials_) visit("results/" + trial.name, trial.engine->result());
  }

  [[nodiscard]] std::map<std::string, std::string> in_force() const override { return in_force_; }

 private:
  Workload workload_;  ///< outlives the engines
  std::int64_t calls_;
  std::vector<Trial> trials_;
  std::size_t chosen_;
  std::map<std::string, std::string> in_force_;
  at::Tensor loss_;
};

Engines engines_on(const std::string& device, const Workload& workload, bool with_reference) {
  if (c10::Device(device).is_cuda()) {
    if (!at::globalContext().userEnabledCuDNN()) {
      throw Unsupported("CUDA alone has no kernels of this kind; take the backend cudnn");
    }
    return cudnn_engines(workload, device);
  }
  if (!at::globalContext().userEnabledMkldnn()) {
    throw Unsupported("oneDNN is off on this backend, and it alone has such kernels on a CPU");
  }
  return onednn_engines(workload, with_reference);
}

class KernelModel final : public Model {
 public:
  [[nodiscard]] std::vector<Parameter> parameters() const override {
    std::vector<std::string> passes;
    for (const auto& [name, pass] : kPasses) passes.push_back(name);
    return {{.name = "network",
             .default_value = std::string("resnet18"),
             .summary = "whose layers, at 224 x 224",
             .choices = networks()},
            {.name = "layer",
             .default_value = std::string("conv1"),
             .summary = "as torchvision names it: conv1, layer1.0.conv1, …, avgpool"},
            {.name = "pass",
             .default_value = std::string("forward"),
             .summary = "what is computed of it",
             .choices = passes},
            {.name = "batch_size",
             .default_value = std::int64_t{16},
             .summary = "images",
             .minimum = 1,
             .maximum = 65536},
            {.name = "runs",
             .default_value = std::int64_t{3},
             .summary = "results of each engine that are compared bit by bit",
             .minimum = 2,
             .maximum = 1000},
            {.name = "calls",
             .default_value = std::int64_t{1},
             .summary = "of the kernel in a step: many of one that takes microseconds",
             .minimum = 1,
             .maximum = 1e6},
            {.name = "reference",
             .default_value = false,
             .summary = "try oneDNN's reference implementations, too, a hundred times slower"}};
  }

  [[nodiscard]] std::unique_ptr<Task> create_task(const TaskContext& context) const override {
    const Parameters& parameters = context.parameters;
    const auto pass = std::find_if(kPasses.begin(), kPasses.end(), [&](const auto& known) {
      return known.first == parameters.text("pass");
    });
    Workload workload =
        draw_workload(layer_of(parameters.text("network"), parameters.text("layer")), pass->second,
                      parameters.integer("batch_size"), context.seeds.init);
    const auto synchronize = [device = c10::Device(context.device)] {
      if (device.is_cuda()) at::detail::getCUDAHooks().deviceSynchronize(device.index());
    };
    std::vector<Trial> trials =
        try_out(engines_on(context.device, workload, parameters.boolean("reference")),
                static_cast<int>(parameters.integer("runs")),
                reference_result(workload, at::kFloat), synchronize);
    std::map<std::string, std::string> tried{
        {"library", c10::Device(context.device).is_cuda() ? cudnn_version() : onednn_version()}};
    for (const Trial& trial : trials) tried["engine." + trial.name] = trial.text();
    return std::make_unique<KernelTask>(
        std::move(workload), context.device, parameters.integer("calls"),
        allowed(std::move(trials), at::globalContext().deterministicAlgorithms()),
        std::move(tried));
  }
};

}  // namespace
}  // namespace ndbench::kernels

NDBENCH_MODEL_PLUGIN("kernels", "A layer's kernels by oneDNN or cuDNN directly, engine by engine",
                     ndbench::kernels::KernelModel);
