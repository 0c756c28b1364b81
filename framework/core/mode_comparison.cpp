#include "core/mode_comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>

#include "core/bootstrap.h"
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

double variance(std::span<const double> values) {
  return std::pow(sample_standard_deviation(values), 2);
}

/// Of noisy, algo and impl, the same replicas of each.
using Triple = std::array<std::vector<double>, 3>;

double interaction(const Triple& values) {
  const double all = variance(values[0]);
  return all > 0.0 ? (all - variance(values[1]) - variance(values[2])) / all : kNan;
}

template <typename Index>
Triple picked(const Triple& values, std::size_t count, Index index) {
  Triple result;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t from = index(i);
    for (std::size_t mode = 0; mode < result.size(); ++mode) {
      result[mode].push_back(values[mode][from]);
    }
  }
  return result;
}

Interval interaction_interval(const Triple& values, double estimate) {
  constexpr int kResamples = 2000;
  const std::size_t n = values[0].size();
  if (n < 3) return {kNan, kNan};
  std::mt19937_64 engine(20211);  // any: the same for everyone
  std::vector<double> resampled;
  for (int resample = 0; resample < kResamples; ++resample) {
    const double value = interaction(picked(values, n, [&](std::size_t) { return engine() % n; }));
    if (!std::isnan(value)) resampled.push_back(value);
  }
  std::vector<double> jackknifed;
  for (std::size_t left_out = 0; left_out < n; ++left_out) {
    jackknifed.push_back(interaction(
        picked(values, n - 1, [&](std::size_t i) { return i < left_out ? i : i + 1; })));
  }
  const bool is_known = std::none_of(jackknifed.begin(), jackknifed.end(),
                                     [](double value) { return std::isnan(value); });
  if (!is_known || resampled.size() < kResamples / 2) return {kNan, kNan};
  return bca_interval(estimate, std::move(resampled), jackknifed);
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

std::optional<NoiseShares> noise_shares(const Results& noisy, const Results& algo,
                                        const Results& impl) {
  Triple values;
  for (std::size_t i = 0; i < noisy.replicas.size(); ++i) {
    const auto partner = [&](const Results& results) {
      const auto found =
          std::find(results.replicas.begin(), results.replicas.end(), noisy.replicas[i]);
      return static_cast<std::size_t>(found - results.replicas.begin());
    };
    const std::size_t in_algo = partner(algo);
    const std::size_t in_impl = partner(impl);
    if (in_algo == algo.replicas.size() || in_impl == impl.replicas.size()) continue;
    values[0].push_back(noisy.values[i]);
    values[1].push_back(algo.values[in_algo]);
    values[2].push_back(impl.values[in_impl]);
  }
  const double all = sample_standard_deviation(values[0]);
  if (values[0].size() < 2 || !(all > 0.0)) return std::nullopt;
  NoiseShares shares{.impl_over_all = sample_standard_deviation(values[2]) / all,
                     .algo_over_all = sample_standard_deviation(values[1]) / all,
                     .interaction = interaction(values),
                     .replicas = values[0].size()};
  shares.interval = interaction_interval(values, shares.interaction);
  return shares;
}

}  // namespace ndbench
