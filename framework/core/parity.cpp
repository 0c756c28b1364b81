#include "core/parity.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/record.h"

namespace ndbench {
namespace {

using nlohmann::json;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double quotient(double error, double size) {
  if (error == 0.0) return 0.0;
  return size == 0.0 ? kInfinity : error / size;
}

/// The L2 distance of all tensors together, relative to their size; 0 for none.
double relative_error(const std::vector<TensorError>& tensors) {
  double error = 0.0;
  double size = 0.0;
  for (const TensorError& tensor : tensors) {
    error = std::hypot(error, tensor.error);
    size = std::hypot(size, tensor.size);
  }
  return quotient(error, size);
}

double size_of(const std::vector<TensorError>& tensors) {
  double size = 0.0;
  for (const TensorError& tensor : tensors) size = std::hypot(size, tensor.size);
  return size;
}

/// The tensor with the largest error; the first that is not finite before all others.
const TensorError& worst_of(const std::vector<TensorError>& tensors) {
  return *std::max_element(tensors.begin(), tensors.end(), [](const auto& a, const auto& b) {
    return std::isnan(b.error) ? !std::isnan(a.error) : a.error < b.error;
  });
}

/// The bound for an error, from the change that the perturbation made.
double bound_of(double change, double roundoff) {
  return kSafety * (change + kRoundings * roundoff);
}

std::string percent(double share) { return fmt::format("{:.2g} %", 100.0 * share); }

bool exceeds(const Deviance& deviance) { return !(deviance.error <= deviance.bound); }

/// All that is wrong beyond rounding at this step; "" for nothing.
std::string difference_at(const ParityStep& found, const Probe& cell, const Probe& reference) {
  std::vector<std::string> differences;
  const auto judge = [&](const std::string& what, const Deviance& deviance) {
    if (!exceeds(deviance)) return;
    differences.push_back(std::isfinite(deviance.error)
                              ? fmt::format("{} at step {} is off by {} of its size (bound {})",
                                            what, found.step, percent(deviance.error),
                                            percent(deviance.bound))
                              : fmt::format("{} at step {} is not finite where the reference's is",
                                            what, found.step));
  };
  judge("the gradient", found.gradient);
  if (!differences.empty()) {
    differences.back() +=
        std::isfinite(found.worst_error)
            ? fmt::format(", most of it in {}, off by {}", found.worst, percent(found.worst_error))
            : ", first in " + found.worst;
  }
  judge("the loss", found.loss);
  judge("the network's output", found.outputs);
  if (!reference.unmatched.empty()) {
    differences.push_back(
        fmt::format("'{}' at step {} has a gradient or an output on one side "
                    "alone",
                    fmt::join(reference.unmatched, "', '"), found.step));
  }
  if (!cell.changed_inputs.empty()) {
    differences.push_back(
        fmt::format("inputs changed during training step {}: '{}' held other "
                    "values once backward had run than before forward",
                    found.step, fmt::join(cell.changed_inputs, "', '")));
  }
  return fmt::format("{}", fmt::join(differences, "; "));
}

/// What differs before any arithmetic: weights as initialized, or the batch. "" for nothing.
std::string different_start(int step, const Probe& reference, double roundoff) {
  const auto differs = [&](const TensorError& tensor) {
    return !(tensor.error <= kRoundings * roundoff * tensor.size);
  };
  for (const TensorError& tensor : reference.batch) {
    if (!differs(tensor)) continue;
    return fmt::format("'{}' of the batch of step {} is off by {} of its size", tensor.name, step,
                       percent(quotient(tensor.error, tensor.size)));
  }
  if (step != 1) return "";  // later ones have gone through rounding
  for (const TensorError& tensor : reference.state) {
    if (!differs(tensor)) continue;
    return fmt::format("the initial '{}' is off by {} of its size", tensor.name,
                       percent(quotient(tensor.error, tensor.size)));
  }
  return "";
}

}  // namespace

double unit_roundoff(const std::string& precision) {
  static const std::map<std::string, int> bits{
      {"float64", 53}, {"float32", 24}, {"tf32", 11}, {"float16", 11}, {"bfloat16", 8}};
  const auto found = bits.find(precision);
  return found == bits.end() ? 0.0 : std::ldexp(1.0, -found->second);
}

void judge_step(int step, const Probe& cell, const Probe& reference, const Probe& perturbed,
                double roundoff, Parity& parity) {
  const auto stop = [&](Parity::Status status, std::string reason) {
    parity.status = status;
    parity.reason = std::move(reason);
  };
  const auto software = [&](const std::string& what) {
    stop(Parity::Status::kFailed, "parity failed: software difference: " + what);
  };
  const auto unchecked = [&](const std::string& why) {
    stop(Parity::Status::kUnchecked, "parity not checked: " + why);
  };
  if (std::string what = different_start(step, reference, roundoff); !what.empty()) {
    return software(what);
  }
  if (reference.gradients.empty() && reference.unmatched.empty()) {
    return unchecked(
        "the model shows no gradient: visit_state() must visit the parameters as "
        "\"parameters/…\"");
  }
  const double size = size_of(reference.gradients);
  const double change = relative_error(perturbed.gradients);
  if (!std::isfinite(reference.loss) || !std::isfinite(size) || !std::isfinite(change) ||
      !std::isfinite(perturbed.loss)) {
    return unchecked(fmt::format("the reference itself is not finite at step {}", step));
  }
  ParityStep found{.step = step};
  found.loss = {
      quotient(std::abs(cell.loss - reference.loss), std::abs(reference.loss)),
      bound_of(quotient(std::abs(perturbed.loss - reference.loss), std::abs(reference.loss)),
               roundoff)};
  found.gradient = {relative_error(reference.gradients), bound_of(change, roundoff)};
  if (!reference.outputs.empty()) {
    found.outputs = {relative_error(reference.outputs),
                     bound_of(relative_error(perturbed.outputs), roundoff)};
  }
  if (!reference.gradients.empty()) {
    const TensorError& worst = worst_of(reference.gradients);
    found.worst = worst.name;
    found.worst_error = quotient(worst.error, worst.size);
  }
  parity.steps.push_back(found);
  if (std::string what = difference_at(found, cell, reference); !what.empty()) {
    return software(what);
  }
  if (size == 0.0) return unchecked(fmt::format("the gradient at step {} is zero", step));
  if (found.gradient.bound > kCoarsestBound) {
    unchecked(
        fmt::format("in this precision rounding may move the gradient at step {} by {} of "
                    "its size, too much to tell a defect",
                    step, percent(found.gradient.bound)));
  }
}

Outcome Parity::outcome() const {
  if (status != Status::kFailed) return {};
  return failed(ExitCode::kBenchmarkFailed, reason);
}

}  // namespace ndbench
