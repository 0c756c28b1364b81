#include "worker/probe.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <string_view>

#include "ndbench/random.h"
#include "worker/input_guard.h"
#include "worker/tensor_file.h"

namespace ndbench {
namespace {

constexpr char kParameters[] = "parameters/";

bool is_weight(const std::string& name, const at::Tensor& value) {
  return name.starts_with(kParameters) && value.is_floating_point();
}

double l2_norm(const at::Tensor& values) { return values.norm().item<double>(); }

TensorError error_of(const std::string& name, const at::Tensor& mine, const at::Tensor& other) {
  const at::Tensor values = mine.detach().to(at::kCPU, at::kDouble);
  return {name, l2_norm(values), l2_norm(values - other.to(at::kDouble))};
}

/// Multiplies each element by 1 + or − `amount`.
void perturb(const std::string& name, const at::Tensor& value, double amount, std::uint64_t seed) {
  RandomStream random(seed, std::string_view(name));
  const at::Tensor factors = at::empty(value.sizes(), at::kDouble);
  auto* factor = factors.data_ptr<double>();
  std::uint32_t bits = 0;
  for (std::int64_t index = 0; index < factors.numel(); ++index) {
    if (index % 32 == 0) bits = random.bits();
    factor[index] = (bits & 1U) != 0 ? 1.0 + amount : 1.0 - amount;
    bits >>= 1U;
  }
  value.mul_(factors.to(value.options()));
}

/// What stands under `prefix` in a file, matched name by name with what the task shows.
class Comparison {
 public:
  Comparison(const NamedTensors& file, std::string prefix, std::vector<TensorError>& errors)
      : file_(file), prefix_(std::move(prefix)), errors_(errors) {}

  /// @return the file's tensor of this name and shape; nullptr if there is none.
  const at::Tensor* add(const std::string& name, const at::Tensor& mine) {
    const auto found = file_.find(prefix_ + name);
    if (found == file_.end() || found->second.sizes() != mine.sizes()) {
      unmatched_.push_back(name);
      return nullptr;
    }
    ++matched_;
    errors_.push_back(error_of(name, mine, found->second));
    return &found->second;
  }

  /// Names that one side alone has; of those in the file alone, only that there are some.
  [[nodiscard]] std::vector<std::string> unmatched() const {
    std::vector<std::string> names = unmatched_;
    std::size_t in_file = 0;
    for (const auto& [name, tensor] : file_) in_file += name.starts_with(prefix_) ? 1 : 0;
    if (in_file > matched_ && names.empty()) names.push_back(prefix_ + "…");
    return names;
  }

 private:
  const NamedTensors& file_;
  std::string prefix_;
  std::vector<TensorError>& errors_;
  std::vector<std::string> unmatched_;
  std::size_t matched_ = 0;
};

/// Before the step: batch and state are written down, or compared and adopted.
void start_from(Task& task, const ProbeRequest& request, NamedTensors& mine, Probe& probe) {
  const c10::NoGradGuard no_grad;
  const bool adopts = !request.adopt.empty();
  const NamedTensors theirs = adopts ? read_tensors(request.adopt) : NamedTensors();
  Comparison batch(theirs, "batch/", probe.batch);
  Comparison state(theirs, "state/", probe.state);
  task.visit_batch([&](const std::string& name, const at::Tensor& value) {
    adopts ? void(batch.add(name, value)) : void(mine["batch/" + name] = value.detach().clone());
    if (request.perturbation != 0.0 && value.is_floating_point()) {
      perturb("batch/" + name, value.detach(), request.perturbation, request.seed);
    }
  });
  task.visit_state([&](const std::string& name, const at::Tensor& value) {
    if (!value.is_floating_point()) return;
    if (!adopts) {
      mine["state/" + name] = value.detach().clone();
    } else if (const at::Tensor* other = state.add(name, value)) {
      value.detach().copy_(*other);
    }
    if (request.perturbation != 0.0 && is_weight(name, value)) {
      perturb(name, value.detach(), request.perturbation, request.seed);
    }
  });
}

}  // namespace

Probe probe_step(Task& task, const ProbeRequest& request) {
  Probe probe;
  NamedTensors mine;
  start_from(task, request, mine, probe);

  const InputGuard guard(task);
  probe.loss = task.train_step().item<double>();
  probe.changed_inputs = guard.changed();

  const bool compares = !request.compare.empty();
  const NamedTensors theirs = compares ? read_tensors(request.compare) : NamedTensors();
  const auto look_at = [&](Comparison& comparison, const std::string& prefix,
                           const std::string& name, const at::Tensor& value) {
    if (compares) (void)comparison.add(name, value);
    if (!request.write.empty()) mine[prefix + name] = value;
  };
  Comparison gradients(theirs, "gradient/", probe.gradients);
  task.visit_state([&](const std::string& name, const at::Tensor& value) {
    if (!is_weight(name, value) || !value.is_leaf() || !value.grad().defined()) return;
    ++probe.gradient_count;
    look_at(gradients, "gradient/", name.substr(sizeof kParameters - 1), value.grad());
  });
  Comparison outputs(theirs, "output/", probe.outputs);
  task.visit_outputs([&](const std::string& name, const at::Tensor& value) {
    if (value.is_floating_point()) look_at(outputs, "output/", name, value);
  });
  if (compares) {
    probe.unmatched = gradients.unmatched();
    for (std::string& name : outputs.unmatched()) probe.unmatched.push_back(std::move(name));
  }
  if (!request.write.empty()) write_tensors(request.write, mine);
  return probe;
}

}  // namespace ndbench
