#include "core/replica_metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string_view>

#include "core/rank_order.h"
#include "core/statistics.h"
#include "ndbench/error.h"

namespace ndbench {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// How many values each replica has. @throws ndbench::Error if not all have as many.
template <typename Value>
std::size_t common_size(const OfReplicas<Value>& replicas, std::string_view metric) {
  if (replicas.empty()) return 0;
  for (const auto& values : replicas) {
    if (values.size() == replicas.front().size()) continue;
    throw Error(
        fmt::format("{}: replicas have {} and {} values; compare replicas of one evaluation set",
                    metric, replicas.front().size(), values.size()));
  }
  return replicas.front().size();
}

void require_size(std::size_t size, std::size_t expected, std::string_view metric) {
  if (size == expected) return;
  throw Error(fmt::format("{}: {} values of each replica where the targets need {}", metric, size,
                          expected));
}

/// Sum of `of` over the values, in lanes that a compiler may put side by side.
template <typename Function>
double sum_of(std::span<const float> values, const Function& of) {
  constexpr std::size_t kLanes = 8;
  std::array<double, kLanes> sums{};
  std::size_t i = 0;
  for (; i + kLanes <= values.size(); i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) sums[lane] += of(values[i + lane]);
  }
  for (; i < values.size(); ++i) sums[0] += of(values[i]);
  double sum = 0.0;
  for (const double lane : sums) sum += lane;
  return sum;
}

/// Mean correlation over pairs of `replicas` vectors of length 1, from their sum: the square of the
/// sum is `replicas` plus twice the correlation of each pair.
double mean_correlation(const std::vector<double>& sum, std::size_t replicas) {
  double square = 0.0;
  for (const double value : sum) square += value * value;
  const double count = static_cast<double>(replicas);
  return std::clamp((square - count) / (count * (count - 1.0)), -1.0, 1.0);
}

/// Share of examples whose target has the first of the largest logits, each made by
/// `logit(index)`; an example with a NaN is wrong.
template <typename Logit>
double accuracy(std::span<const std::int32_t> targets, std::size_t classes, const Logit& logit) {
  std::size_t right = 0;
  for (std::size_t example = 0; example < targets.size(); ++example) {
    const std::size_t first = example * classes;
    const std::size_t target = first + static_cast<std::size_t>(targets[example]);
    const auto best = logit(target);
    // Without branches: which class is the largest cannot be predicted.
    unsigned is_right = best == best;
    for (std::size_t i = first; i < target; ++i) is_right &= logit(i) < best;
    for (std::size_t i = target + 1; i < first + classes; ++i) is_right &= logit(i) <= best;
    right += is_right;
  }
  return static_cast<double>(right) / static_cast<double>(targets.size());
}

/// Counts how many pairs of one example's decisions agree.
class AgreementCounter {
 public:
  /// @return pairs of this decision with an equal one before it.
  std::uint64_t add(std::int32_t decision) {
    const auto index = static_cast<std::uint32_t>(decision);
    if (index < kDense) return counts_[index]++;
    others_.push_back(decision);
    return 0;
  }

  /// @return pairs of decisions that are not classes of common size, which add() left out.
  std::uint64_t count_others() {
    if (others_.empty()) return 0;
    std::sort(others_.begin(), others_.end());
    std::uint64_t pairs = 0;
    std::uint64_t run = 0;
    for (std::size_t i = 1; i < others_.size(); ++i) {
      run = others_[i] == others_[i - 1] ? run + 1 : 0;
      pairs += run;
    }
    others_.clear();
    return pairs;
  }

  void forget(std::int32_t decision) {
    const auto index = static_cast<std::uint32_t>(decision);
    if (index < kDense) counts_[index] = 0;
  }

 private:
  static constexpr std::uint32_t kDense = 1024;
  std::array<std::uint32_t, kDense> counts_{};
  std::vector<std::int32_t> others_;
};

}  // namespace

double churn(const OfReplicas<std::int32_t>& predictions) {
  const std::size_t examples = common_size(predictions, "churn");
  const std::size_t replicas = predictions.size();
  if (replicas < 2 || examples == 0) return kNan;
  AgreementCounter counter;
  std::uint64_t agreeing = 0;
  for (std::size_t example = 0; example < examples; ++example) {
    for (const auto& of_replica : predictions) agreeing += counter.add(of_replica[example]);
    agreeing += counter.count_others();
    for (const auto& of_replica : predictions) counter.forget(of_replica[example]);
  }
  const std::uint64_t all = std::uint64_t{examples} * replicas * (replicas - 1) / 2;
  return static_cast<double>(all - agreeing) / static_cast<double>(all);
}

double logit_correlation(const OfReplicas<float>& logits) {
  const std::size_t size = common_size(logits, "logit correlation");
  if (logits.size() < 2 || size == 0) return kNan;
  std::vector<double> sum(size, 0.0);
  for (const auto& values : logits) {
    // From the first value on, so that equal ones deviate by exactly 0.
    const double origin = values.front();
    const double center =
        sum_of(values, [&](float value) { return value - origin; }) / static_cast<double>(size);
    const double squares = sum_of(values, [&](float value) {
      const double distance = value - origin - center;
      return distance * distance;
    });
    if (!(squares > 0.0 && std::isfinite(squares))) return kNan;
    const double scale = 1.0 / std::sqrt(squares);
    for (std::size_t i = 0; i < size; ++i) sum[i] += (values[i] - origin - center) * scale;
  }
  return mean_correlation(sum, logits.size());
}

double logit_rank_correlation(const OfReplicas<float>& logits) {
  const std::size_t size = common_size(logits, "logit rank correlation");
  if (logits.size() < 2 || size == 0) return kNan;
  std::vector<double> sum(size, 0.0);
  RankOrder order;
  for (const auto& values : logits) {
    if (!order.add_standardized_ranks(values, sum)) return kNan;
  }
  return mean_correlation(sum, logits.size());
}

double ensemble_gain(const OfReplicas<float>& logits, std::span<const std::int32_t> targets,
                     std::size_t classes) {
  const std::size_t size = common_size(logits, "ensemble gain");
  if (logits.size() < 2 || targets.empty()) return kNan;
  require_size(size, targets.size() * classes, "ensemble gain");
  for (const std::int32_t target : targets) {
    if (target >= 0 && static_cast<std::size_t>(target) < classes) continue;
    throw Error(fmt::format("ensemble gain: target {} is not a class of {}; give classes from 0",
                            target, classes));
  }
  double gain = 0.0;
  for (std::size_t replica = 0; replica < logits.size(); ++replica) {
    const std::span<const float> one = logits[replica];
    const std::span<const float> next = logits[(replica + 1) % logits.size()];
    gain += accuracy(targets, classes, [&](std::size_t i) {
      return static_cast<double>(one[i]) + static_cast<double>(next[i]);
    });
    // Each replica is in two pairs: the mean of both of a pair, over all pairs, is that of all.
    gain -= accuracy(targets, classes, [&](std::size_t i) { return one[i]; });
  }
  return gain / static_cast<double>(logits.size());
}

VarianceSplit split_variance(const OfReplicas<std::int32_t>& predictions,
                             std::span<const std::int32_t> targets) {
  const std::size_t examples = common_size(predictions, "variance split");
  const std::size_t replicas = predictions.size();
  if (replicas < 2 || targets.empty()) return {kNan, kNan, kNan};
  require_size(examples, targets.size(), "variance split");
  const double count = static_cast<double>(examples);
  std::vector<std::uint32_t> wrong(examples, 0);
  std::vector<double> accuracies;
  for (const auto& of_replica : predictions) {
    std::size_t right = 0;
    for (std::size_t i = 0; i < examples; ++i) {
      const bool is_right = of_replica[i] == targets[i];
      right += is_right;
      wrong[i] += !is_right;
    }
    accuracies.push_back(static_cast<double>(right) / count);
  }
  // p (1 - p) of a share among R replicas is (R - 1) / R of what it is of the probability.
  double variance = 0.0;
  const double number = static_cast<double>(replicas);
  for (const std::uint32_t errors : wrong) {
    variance += static_cast<double>(errors) * (number - static_cast<double>(errors));
  }
  VarianceSplit split{.observed = sample_variance(accuracies),
                      .test_set = variance / (number * (number - 1.0)) / (count * count),
                      .distribution = 0.0};
  split.distribution = split.observed - split.test_set;
  return split;
}

double epochs_to_target(std::span<const double> qualities, double target, bool higher_is_better) {
  const auto reached = std::find_if(qualities.begin(), qualities.end(), [&](double quality) {
    return higher_is_better ? quality >= target : quality <= target;
  });
  if (reached == qualities.end()) return kNan;
  const double epoch = static_cast<double>(reached - qualities.begin() + 1);
  if (reached == qualities.begin()) return epoch;
  const double before = *(reached - 1);
  if (!std::isfinite(before) || !std::isfinite(*reached)) return epoch;
  return epoch - 1.0 + (target - before) / (*reached - before);
}

}  // namespace ndbench
