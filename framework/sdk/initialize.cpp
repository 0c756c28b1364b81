#include "ndbench/initialize.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

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

}  // namespace

void fill_he_normal(const at::Tensor& weight, Fan fan, RandomStream& random) {
  fill_normal(weight, std::sqrt(2.0 / static_cast<double>(fan_of(weight, fan))), random);
}

void fill_normal(const at::Tensor& tensor, double deviation, RandomStream& random) {
  fill(tensor, [&] { return deviation * random.normal(); });
}

void fill_glorot_uniform(const at::Tensor& weight, RandomStream& random) {
  const auto fans = static_cast<double>(fan_of(weight, Fan::kIn) + fan_of(weight, Fan::kOut));
  fill_uniform(weight, std::sqrt(6.0 / fans), random);
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

}  // namespace ndbench
