#include "ndbench/training.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <type_traits>

namespace ndbench {
namespace {

template <typename Draw>
void fill(const at::Tensor& tensor, Draw draw) {
  const torch::NoGradGuard no_grad;
  const at::Tensor values = at::empty(tensor.sizes(), at::kFloat);
  auto* value = values.data_ptr<float>();
  std::generate_n(value, values.numel(), [&] { return static_cast<float>(draw()); });
  tensor.copy_(values);
}

void fill_constant(const at::Tensor& tensor, double value) {
  const torch::NoGradGuard no_grad;
  tensor.fill_(value);
}

/// Weights that each output (kIn) or input (kOut) of one position is connected by.
std::int64_t fan_of(const at::Tensor& weight, Fan fan) {
  const std::int64_t receptive_field = weight.numel() / (weight.size(0) * weight.size(1));
  return weight.size(fan == Fan::kIn ? 1 : 0) * receptive_field;
}

/// A layer's own parameters under their full names: `named("weight")` is "layer1.0.conv1.weight".
void initialize_layer(const torch::nn::Module& layer, const std::string& prefix,
                      std::uint64_t seed) {
  for (const auto& item : layer.named_parameters(/*recurse=*/false)) {
    const std::string name = prefix.empty() ? item.key() : prefix + "." + item.key();
    const at::Tensor& parameter = item.value();
    const bool is_weight = item.key() == "weight";
    RandomStream random(seed, std::string_view(name));
    if (layer.as<torch::nn::Conv2d>() != nullptr) {
      is_weight ? fill_he_normal(parameter, Fan::kOut, random) : fill_constant(parameter, 0.0);
    } else if (const auto* linear = layer.as<torch::nn::Linear>()) {
      const auto fan_in = static_cast<double>(fan_of(linear->weight, Fan::kIn));
      fill_uniform(parameter, 1.0 / std::sqrt(fan_in), random);
    } else if (layer.as<torch::nn::BatchNorm2d>() != nullptr) {
      fill_constant(parameter, is_weight ? 1.0 : 0.0);
    } else {
      throw Error(
          fmt::format("no rule to initialize parameter '{}' of {}; initialize it in the "
                      "plugin with fill_he_normal() or fill_uniform()",
                      name, layer.name()));
    }
  }
}

/// The one place that knows how an optimizer keys its state: by the address of the parameter's
/// TensorImpl, which LibTorch 1.13 spells out as text.
template <typename States>
const torch::optim::OptimizerParamState* find_state(const States& states,
                                                    const at::Tensor& parameter) {
  const auto found = [&] {
    if constexpr (std::is_same_v<typename States::key_type, std::string>) {
      return states.find(fmt::format("{}", fmt::ptr(parameter.unsafeGetTensorImpl())));
    } else {
      return states.find(parameter.unsafeGetTensorImpl());
    }
  }();
  return found == states.end() ? nullptr : found->second.get();
}

void visit_if_defined(const std::string& name, const at::Tensor& value, const StateVisitor& visit) {
  if (value.defined()) {
    visit(name, value);
  }
}

void visit_parameter_state(const std::string& prefix,
                           const torch::optim::OptimizerParamState& state,
                           const StateVisitor& visit) {
  if (const auto* adam = dynamic_cast<const torch::optim::AdamParamState*>(&state)) {
    visit(prefix + "/step", torch::scalar_tensor(adam->step(), at::kLong));
    visit_if_defined(prefix + "/exp_avg", adam->exp_avg(), visit);
    visit_if_defined(prefix + "/exp_avg_sq", adam->exp_avg_sq(), visit);
    visit_if_defined(prefix + "/max_exp_avg_sq", adam->max_exp_avg_sq(), visit);
  } else if (const auto* sgd = dynamic_cast<const torch::optim::SGDParamState*>(&state)) {
    visit_if_defined(prefix + "/momentum_buffer", sgd->momentum_buffer(), visit);
  } else {
    throw Error(
        fmt::format("no rule to visit '{}': the optimizer is neither Adam nor SGD; visit "
                    "its state in the plugin",
                    prefix));
  }
}

}  // namespace

void fill_he_normal(const at::Tensor& weight, Fan fan, RandomStream& random) {
  const double deviation = std::sqrt(2.0 / static_cast<double>(fan_of(weight, fan)));
  fill(weight, [&] { return deviation * random.normal(); });
}

void fill_uniform(const at::Tensor& tensor, double bound, RandomStream& random) {
  fill(tensor, [&] { return bound * (2.0 * random.uniform() - 1.0); });
}

void initialize(const torch::nn::Module& module, std::uint64_t init_seed) {
  initialize_layer(module, "", init_seed);
  for (const auto& layer : module.named_modules("", /*include_self=*/false)) {
    initialize_layer(*layer.value(), layer.key(), init_seed);
  }
}

void clear_gradients(torch::optim::Optimizer& optimizer) {
  for (auto& group : optimizer.param_groups()) {
    for (at::Tensor& parameter : group.params()) {
      parameter.mutable_grad().reset();
    }
  }
}

EvaluationMode::EvaluationMode(torch::nn::Module& module) : module_(module) { module_.eval(); }
EvaluationMode::~EvaluationMode() { module_.train(); }

void visit_training_state(const torch::nn::Module& module, const torch::optim::Optimizer& optimizer,
                          const StateVisitor& visit) {
  for (const auto& item : module.named_parameters()) {
    visit("parameters/" + item.key(), item.value());
  }
  for (const auto& item : module.named_buffers()) {
    visit("buffers/" + item.key(), item.value());
  }
  for (const auto& item : module.named_parameters()) {
    if (const auto* state = find_state(optimizer.state(), item.value())) {
      visit_parameter_state("optimizer/" + item.key(), *state, visit);
    }
  }
}

}  // namespace ndbench
