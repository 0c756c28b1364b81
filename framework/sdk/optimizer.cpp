#include "ndbench/optimizer.h"

#include <cmath>

namespace ndbench {
namespace {

std::vector<at::Tensor> gather(const auto& slots, auto member) {
  std::vector<at::Tensor> tensors;
  tensors.reserve(slots.size());
  for (const auto* slot : slots) {
    tensors.push_back(member(*slot));
  }
  return tensors;
}

}  // namespace

Optimizer::Optimizer(const torch::nn::Module& module, const Sgd& sgd) : kind_(sgd) {
  for (const auto& item : module.named_parameters()) {
    slots_.push_back({item.key(), item.value(), {}, {}});
  }
}

Optimizer::Optimizer(const torch::nn::Module& module, const Adam& adam) : Optimizer(module, Sgd{}) {
  kind_ = adam;
}

void Optimizer::clear_gradients() {
  for (Slot& slot : slots_) {
    slot.parameter.mutable_grad().reset();
  }
}

std::vector<at::Tensor> Optimizer::gradients() const {
  std::vector<at::Tensor> gradients;
  for (const Slot& slot : slots_) {
    if (slot.parameter.grad().defined()) {
      gradients.push_back(slot.parameter.grad());
    }
  }
  return gradients;
}

Optimizer::Slots Optimizer::slots_with_gradient() {
  Slots slots;
  slots.reserve(slots_.size());
  for (Slot& slot : slots_) {
    if (slot.parameter.grad().defined()) {
      slots.push_back(&slot);
    }
  }
  return slots;
}

void Optimizer::step(double learning_rate) {
  const torch::NoGradGuard no_grad;
  const Slots slots = slots_with_gradient();
  ++steps_;
  if (slots.empty()) {
    return;
  }
  if (std::holds_alternative<Sgd>(kind_)) {
    step_sgd(slots, learning_rate);
  } else {
    step_adam(slots, learning_rate);
  }
}

void Optimizer::step_sgd(const Slots& slots, double learning_rate) {
  const Sgd& options = std::get<Sgd>(kind_);
  const auto parameters = gather(slots, [](const Slot& slot) { return slot.parameter; });
  auto gradients = gather(slots, [](const Slot& slot) { return slot.parameter.grad(); });
  if (options.weight_decay != 0.0) {
    gradients = at::_foreach_add(gradients, parameters, options.weight_decay);
  }
  if (options.momentum != 0.0) {
    Slots old_slots;
    std::vector<at::Tensor> old_gradients;
    for (std::size_t i = 0; i < slots.size(); ++i) {
      if (slots[i]->first.defined()) {
        old_slots.push_back(slots[i]);
        old_gradients.push_back(gradients[i]);
      } else {
        slots[i]->first = gradients[i].clone();
      }
    }
    if (!old_slots.empty()) {
      const auto buffers = gather(old_slots, [](const Slot& slot) { return slot.first; });
      at::_foreach_mul_(buffers, options.momentum);
      at::_foreach_add_(buffers, old_gradients, 1.0);
    }
    const auto buffers = gather(slots, [](const Slot& slot) { return slot.first; });
    gradients = options.nesterov ? at::_foreach_add(gradients, buffers, options.momentum) : buffers;
  }
  at::_foreach_add_(parameters, gradients, -learning_rate);
}

void Optimizer::step_adam(const Slots& slots, double learning_rate) {
  const Adam& options = std::get<Adam>(kind_);
  for (Slot* slot : slots) {
    if (!slot->first.defined()) {
      slot->first = at::zeros_like(slot->parameter);
      slot->second = at::zeros_like(slot->parameter);
    }
  }
  const auto parameters = gather(slots, [](const Slot& slot) { return slot.parameter; });
  const auto exp_avgs = gather(slots, [](const Slot& slot) { return slot.first; });
  const auto exp_avg_sqs = gather(slots, [](const Slot& slot) { return slot.second; });
  auto gradients = gather(slots, [](const Slot& slot) { return slot.parameter.grad(); });
  if (options.weight_decay != 0.0) {
    gradients = at::_foreach_add(gradients, parameters, options.weight_decay);
  }
  at::_foreach_mul_(exp_avgs, options.beta1);
  at::_foreach_add_(exp_avgs, gradients, 1.0 - options.beta1);
  at::_foreach_mul_(exp_avg_sqs, options.beta2);
  at::_foreach_addcmul_(exp_avg_sqs, gradients, gradients, 1.0 - options.beta2);

  const auto steps = static_cast<double>(steps_);
  const double correction1 = 1.0 - std::pow(options.beta1, steps);
  const double correction2 = 1.0 - std::pow(options.beta2, steps);
  const auto denominators = at::_foreach_sqrt(exp_avg_sqs);
  at::_foreach_div_(denominators, std::sqrt(correction2));
  at::_foreach_add_(denominators, options.epsilon);
  at::_foreach_addcdiv_(parameters, exp_avgs, denominators, -learning_rate / correction1);
}

void Optimizer::visit_state(const StateVisitor& visit) const {
  const bool is_adam = std::holds_alternative<Adam>(kind_);
  for (const Slot& slot : slots_) {
    if (!slot.first.defined()) {
      continue;
    }
    const std::string prefix = "optimizer/" + slot.name;
    visit(prefix + (is_adam ? "/exp_avg" : "/momentum_buffer"), slot.first);
    if (is_adam) {
      visit(prefix + "/exp_avg_sq", slot.second);
    }
  }
  if (is_adam && steps_ > 0) {
    visit("optimizer/step", torch::scalar_tensor(steps_, at::kLong));
  }
}

}  // namespace ndbench
