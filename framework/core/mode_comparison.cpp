#include "core/mode_comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/replica_plan.h"
#include "core/statistics.h"

namespace ndbench {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kLevel = 0.05;

/// Why nothing can be judged by these two; "" if it can.
std::string shortage(const Results& a, const Results& b) {
  for (const Results* results : {&a, &b}) {
    if (results->values.size() < kFewestForSpread) {
      return fmt::format("{} replica{} of {}: too few, it takes {}", results->values.size(),
                         results->values.size() == 1 ? "" : "s", results->name, kFewestForSpread);
    }
  }
  return "";
}

bool draw_the_same_seeds(const Mode& a, const Mode& b) {
  return a.init == b.init && a.order == b.order && a.augment == b.augment && a.dropout == b.dropout;
}

std::string one_draw(const Results& results) {
  return fmt::format("all replicas of {} are one run repeated", results.name);
}

/// Environments are gone through, not drawn; "" for other modes.
std::string chosen(const Results& a, const Results& b) {
  for (const Results* results : {&a, &b}) {
    if (results->mode.environment) {
      return fmt::format("the environments of {} are chosen, not drawn at random", results->name);
    }
  }
  return "";
}

/// Why the means say nothing about a difference; "" if they do.
std::string mean_refusal(const Results& a, const Results& b) {
  if (std::string refusal = chosen(a, b); !refusal.empty()) return refusal;
  for (const Results* results : {&a, &b}) {
    if (results->is_one_draw) return one_draw(*results);
  }
  if (std::string refusal = shortage(a, b); !refusal.empty()) return refusal;
  if (draw_the_same_seeds(a.mode, b.mode)) return "";
  return fmt::format("{} and {} vary different seeds", a.name, b.name);
}

std::string deviation_refusal(const Results& a, const Results& b) {
  if (std::string refusal = chosen(a, b); !refusal.empty()) return refusal;
  for (const Results* results : {&a, &b}) {
    if (results->is_one_draw) return one_draw(*results);
  }
  return shortage(a, b);
}

std::string convergence_refusal(const Results& a, const Results& b) {
  for (const Results* results : {&a, &b}) {
    const auto missed = std::count_if(results->epochs.begin(), results->epochs.end(),
                                      [](double epochs) { return std::isnan(epochs); });
    if (missed > 0) {
      return fmt::format("{} of {} replicas of {} did not reach the target", missed,
                         results->epochs.size(), results->name);
    }
  }
  return mean_refusal(a, b);
}

Judged judge(TestResult test, std::string refusal) {
  if (refusal.empty() && std::isnan(test.p)) refusal = "a result is not a finite number";
  if (!refusal.empty()) return {test, Judgement::kRefused, std::move(refusal)};
  return {test, test.p < kLevel ? Judgement::kDiffers : Judgement::kWithinNoise, ""};
}

/// By the standard deviation that both have together.
double detectable_difference(const Results& a, const Results& b) {
  const double deviation = std::sqrt((std::pow(sample_standard_deviation(a.values), 2) +
                                      std::pow(sample_standard_deviation(b.values), 2)) /
                                     2.0);
  return detectable_effect(std::min(a.values.size(), b.values.size())) * deviation;
}

std::vector<double> reached(const std::vector<double>& epochs) {
  std::vector<double> result;
  std::copy_if(epochs.begin(), epochs.end(), std::back_inserter(result),
               [](double value) { return !std::isnan(value); });
  return result;
}

}  // namespace

Comparison compare(const Results& a, const Results& b) {
  Comparison result{.a = a.name, .b = b.name, .means = {}, .order = {}, .deviations = {}};
  result.is_same = a.values == b.values && a.replicas == b.replicas;
  result.difference = mean(a.values) - mean(b.values);
  result.detectable = detectable_difference(a, b);
  const double deviation_b = sample_standard_deviation(b.values);
  result.deviation_ratio =
      deviation_b > 0.0 ? sample_standard_deviation(a.values) / deviation_b : kNan;
  const std::string refusal = mean_refusal(a, b);
  result.means = judge(welch_two_sided(a.values, b.values), refusal);
  result.superiority = superiority(a.values, b.values);
  result.order = judge({kNan, result.superiority.p}, refusal);
  result.deviations = judge(brown_forsythe(a.values, b.values), deviation_refusal(a, b));
  if (!a.epochs.empty() && !b.epochs.empty()) {
    const std::vector<double> epochs_a = reached(a.epochs);
    const std::vector<double> epochs_b = reached(b.epochs);
    result.more_epochs = mean(epochs_a) - mean(epochs_b);
    result.convergence = judge(welch_less(epochs_b, epochs_a), convergence_refusal(a, b));
  }
  return result;
}

std::size_t verdicts_of(const Comparison& comparison) {
  if (comparison.is_same) return 0;
  const auto given = [](const Judged& judged) {
    return judged.judgement == Judgement::kRefused ? std::size_t{0} : std::size_t{1};
  };
  return given(comparison.means) + given(comparison.deviations) + given(comparison.convergence);
}

}  // namespace ndbench
