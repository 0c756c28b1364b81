#include "ndbench/precision.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

#include "ndbench/error.h"
#include "ndbench/torch_api.h"

namespace ndbench {
namespace {

constexpr std::array<std::pair<const char*, Precision>, 5> kNames{{
    {"float32", Precision::kFloat32},
    {"float64", Precision::kFloat64},
    {"tf32", Precision::kTf32},
    {"bfloat16", Precision::kBfloat16},
    {"float16", Precision::kFloat16},
}};

}  // namespace

std::vector<std::string> precision_names() {
  std::vector<std::string> names;
  for (const auto& [name, precision] : kNames) {
    names.emplace_back(name);
  }
  return names;
}

Precision enter_precision(const std::string& name, const torch::Device& device) {
  const auto* found = std::find_if(kNames.begin(), kNames.end(),
                                   [&](const auto& entry) { return entry.first == name; });
  if (found == kNames.end()) {
    throw Error(fmt::format("precision '{}' is not known; known: {}", name,
                            fmt::join(precision_names(), ", ")));
  }
  const Precision precision = found->second;
  const bool needs_gpu = precision == Precision::kTf32 || precision == Precision::kFloat16;
  if (needs_gpu && !device.is_cuda()) {
    throw Error(
        fmt::format("precision '{}' needs a GPU, and this backend computes on '{}'; use "
                    "float32, float64 or bfloat16",
                    name, device.str()));
  }
  // Other precisions leave TF32 as the backend has it: a knob of its own, off unless a mode sets
  // it.
  if (precision == Precision::kTf32) {
    set_tf32(device.type(), true);
    if (!allows_tf32(device.type())) {
      throw Error(fmt::format(
          "precision 'tf32' was asked for on '{}', but LibTorch does not use it", device.str()));
    }
  }
  return precision;
}

Autocast::Autocast(Precision precision, const torch::Device& device)
    : active_(precision == Precision::kBfloat16 || precision == Precision::kFloat16),
      device_(device) {
  if (active_) {
    set_autocast(device_.type(), true,
                 precision == Precision::kFloat16 ? at::kHalf : at::kBFloat16);
  }
}

Autocast::~Autocast() {
  if (active_) {
    set_autocast(device_.type(), false, device_.is_cuda() ? at::kHalf : at::kBFloat16);
    // Casts of weights are cached; the next step has other weights.
    at::autocast::clear_cache();
  }
}

bool LossScaler::unscale(const std::vector<at::Tensor>& gradients) {
  if (gradients.empty()) {
    return true;
  }
  const torch::NoGradGuard no_grad;
  at::_foreach_mul_(gradients, 1.0 / scale_);
  // A sum is finite only if every term is: one number to wait for, not one for each tensor. The
  // sum of finite terms could overflow in float32, not in float64.
  at::Tensor sum;
  for (const at::Tensor& gradient : gradients) {
    const at::Tensor part = gradient.abs().sum(at::kDouble);
    sum = sum.defined() ? sum + part : part;
  }
  const bool finite = sum.isfinite().item<bool>();
  constexpr int kGrowthSteps = 2000;
  if (!finite) {
    scale_ /= 2.0;
    good_steps_ = 0;
  } else if (++good_steps_ == kGrowthSteps) {
    scale_ *= 2.0;
    good_steps_ = 0;
  }
  return finite;
}

}  // namespace ndbench
