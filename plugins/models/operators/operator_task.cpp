#include "operator_task.h"

#include <cmath>
#include <string>
#include <string_view>

#include "ndbench/initialize.h"
#include "refusal.h"

namespace ndbench::operators {
namespace {

constexpr std::string_view kGradientStream = "gradient";

/// The same numbers in float64 on the CPU; integers as they are.
at::Tensor exact_copy(const at::Tensor& tensor) {
  if (!tensor.is_floating_point()) return tensor.to(at::kCPU);
  return tensor.detach().to(at::kCPU, at::kDouble).requires_grad_(tensor.requires_grad());
}

Tensors leaves_of(const Tensors& inputs) {
  Tensors leaves;
  for (const at::Tensor& input : inputs) {
    if (input.requires_grad()) leaves.push_back(input);
  }
  return leaves;
}

double squared_norm(const at::Tensor& tensor) {
  return tensor.to(at::kCPU, at::kDouble).square().sum().item<double>();
}

}  // namespace

OperatorTask::OperatorTask(const Operation& operation, const TaskContext& context)
    : operation_(operation) {
  const at::Device device(context.device);
  Draw draw(context.seeds.init, context.parameters.integer("size"), device);
  inputs_ = operation_.draw(draw);
  try {
    if (operation_.pass == Pass::kBackward) {
      const at::Tensor output = operation_.compute(inputs_);
      RandomStream random(context.seeds.init, kGradientStream);
      gradient_ = at::empty_like(output.detach());
      fill_normal(gradient_, 1.0, random);
    }
    for (const at::Tensor& result : run(inputs_, gradient_)) {
      results_.push_back(at::zeros_like(result));
    }
  } catch (const c10::Error& error) {
    const std::string why = refusal(error.what_without_backtrace());
    if (why.empty()) throw;
    throw Unsupported(why);
  }
}

Tensors OperatorTask::run(const Tensors& inputs, const at::Tensor& gradient) const {
  if (operation_.pass == Pass::kBackward) {
    return torch::autograd::grad({operation_.compute(inputs)}, leaves_of(inputs), {gradient});
  }
  const torch::NoGradGuard no_grad;
  return {operation_.compute(inputs)};
}

at::Tensor OperatorTask::train_step() {
  results_ = run(inputs_, gradient_);
  has_stepped_ = true;
  return results_.front().reshape({-1}).select(0, 0).to(at::kFloat);
}

void OperatorTask::visit_batch(const StateVisitor& visit) const {
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    visit("input/" + std::to_string(i), inputs_[i].detach());
  }
  if (gradient_.defined()) visit("gradient", gradient_);
}

void OperatorTask::visit_outputs(const StateVisitor& visit) const {
  if (has_stepped_) visit_state(visit);
}

Evaluation OperatorTask::evaluate() {
  Tensors inputs;
  for (const at::Tensor& input : inputs_) inputs.push_back(exact_copy(input));
  const at::Tensor gradient = gradient_.defined() ? exact_copy(gradient_) : gradient_;
  // The reference is not what is measured: it may be an operation that has no deterministic kernel.
  at::Context& context = at::globalContext();
  const bool deterministic = context.deterministicAlgorithms();
  context.setDeterministicAlgorithms(false, /*warn_only=*/false);
  const Tensors references = run(inputs, gradient);
  context.setDeterministicAlgorithms(deterministic, /*warn_only=*/false);
  double error = 0.0, norm = 0.0;
  std::int64_t elements = 0;
  for (std::size_t i = 0; i < results_.size(); ++i) {
    error += squared_norm(results_[i].to(at::kCPU, at::kDouble) - references[i]);
    norm += squared_norm(references[i]);
    elements += results_[i].numel();
  }
  return {.metric = "relative_error",
          .value = std::sqrt(norm > 0.0 ? error / norm : error),
          .higher_is_better = false,
          .examples = elements};
}

void OperatorTask::visit_state(const StateVisitor& visit) const {
  if (operation_.pass == Pass::kForward) {
    visit("output", results_.front());
    return;
  }
  for (std::size_t i = 0; i < results_.size(); ++i) {
    visit("gradient/" + std::to_string(i), results_[i]);
  }
}

}  // namespace ndbench::operators
