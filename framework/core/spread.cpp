#include "core/spread.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/statistics.h"

namespace ndbench {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

using Replicas = std::span<const Record* const>;

template <typename Get>
std::vector<double> values(Replicas replicas, Get get) {
  std::vector<double> result;
  for (const Record* replica : replicas) result.push_back(get(*replica->evaluation()));
  return result;
}

double share(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : kNan;
}

/// One value of every replica; empty if they have none, or not all as many.
template <typename Value>
OfReplicas<Value> of_replicas(Replicas replicas, std::vector<Value> Evaluation::*member) {
  OfReplicas<Value> result;
  for (const Record* replica : replicas) {
    const std::vector<Value>& all = replica->evaluation()->*member;
    if (all.empty() || (!result.empty() && all.size() != result.front().size())) return {};
    result.emplace_back(all);
  }
  return result;
}

std::vector<SliceSpread> slices_of(Replicas replicas, double overall) {
  const Evaluation& first = *replicas.front()->evaluation();
  std::vector<SliceSpread> result;
  for (std::size_t index = 0; index < first.slices.size(); ++index) {
    const std::string& name = first.slices[index].name;
    // Replicas of a cell see the same test set; a plugin that does otherwise is not compared.
    const bool in_all = std::all_of(replicas.begin(), replicas.end(), [&](const Record* replica) {
      const auto& slices = replica->evaluation()->slices;
      return index < slices.size() && slices[index].name == name;
    });
    if (!in_all) continue;
    const auto sample = [&](auto get) {
      return sample_of(values(
          replicas, [&](const Evaluation& evaluation) { return get(evaluation.slices[index]); }));
    };
    SliceSpread slice{.name = name, .decisions = first.slices[index].decisions};
    slice.accuracy = sample([](const Slice& s) { return share(s.correct, s.decisions); });
    slice.false_positive_rate =
        sample([](const Slice& s) { return share(s.false_positives, s.negatives); });
    slice.false_negative_rate =
        sample([](const Slice& s) { return share(s.false_negatives, s.positives); });
    slice.relative = overall > 0.0 ? slice.accuracy.deviation.value / overall : kNan;
    slice.relative_by_size =
        std::sqrt(share(static_cast<std::int64_t>(first.predictions.size()), slice.decisions));
    if (first.predictions.empty()) slice.relative_by_size = kNan;
    result.push_back(std::move(slice));
  }
  return result;
}

Convergence convergence_of(Replicas replicas, double target) {
  Convergence result{.target = target, .epochs = {}};
  std::vector<double> reached;
  for (const Record* replica : replicas) {
    std::vector<double> qualities;
    for (const EpochSample& epoch : replica->epochs) qualities.push_back(epoch.evaluation.value);
    const double epochs =
        epochs_to_target(qualities, target, replica->evaluation()->higher_is_better);
    result.epochs.push_back(epochs);
    if (!std::isnan(epochs)) reached.push_back(epochs);
  }
  result.reached = reached.size();
  result.mean = mean(reached);
  return result;
}

}  // namespace

Sample sample_of(std::vector<double> values) {
  Sample sample{.values = std::move(values)};
  sample.mean = mean(sample.values);
  sample.range = range(sample.values);
  sample.deviation = deviation(sample.values);
  if (sample.deviation.value == 0.0) sample.deviation.interval = {kNan, kNan};
  sample.mean_interval = mean_interval(sample.values);
  return sample;
}

const SliceSpread* Spread::worst_slice() const {
  const SliceSpread* worst = nullptr;
  for (const SliceSpread& slice : slices) {
    const double deviation = slice.accuracy.deviation.value;
    if (deviation > (worst == nullptr ? 0.0 : worst->accuracy.deviation.value)) worst = &slice;
  }
  return worst;
}

Spread spread_of(Replicas replicas, std::optional<double> target) {
  const Evaluation& first = *replicas.front()->evaluation();
  Spread spread{.metric = first.metric, .higher_is_better = first.higher_is_better, .quality = {}};
  spread.quality =
      sample_of(values(replicas, [](const Evaluation& evaluation) { return evaluation.value; }));
  spread.slices = slices_of(replicas, spread.quality.deviation.value);
  if (target) spread.convergence = convergence_of(replicas, *target);
  if (replicas.size() < 2) return spread;

  const auto present = [](double value) {
    return std::isnan(value) ? std::nullopt : std::optional(value);
  };
  const auto predictions = of_replicas(replicas, &Evaluation::predictions);
  const auto logits = of_replicas(replicas, &Evaluation::logits);
  // One class out of several for each example, and not several attributes of each.
  const auto examples = static_cast<std::size_t>(first.examples);
  const bool has_classes = !first.targets.empty() && first.targets.size() == examples;
  if (!predictions.empty()) spread.churn = present(churn(predictions));
  if (!predictions.empty() && has_classes && predictions.front().size() == examples) {
    const VarianceSplit split = split_variance(predictions, first.targets);
    if (!std::isnan(split.observed)) spread.split = split;
  }
  if (!logits.empty()) {
    spread.logit_correlation = present(logit_correlation(logits));
    spread.logit_rank_correlation = present(logit_rank_correlation(logits));
    const std::size_t classes = has_classes ? logits.front().size() / examples : 0;
    if (classes > 1) {
      const double gain = ensemble_gain(logits, first.targets, classes);
      // A mean of differences of shares: what is left of adding them up is no gain.
      spread.ensemble_gain = present(std::abs(gain) < 1e-12 ? 0.0 : gain);
    }
  }
  return spread;
}

}  // namespace ndbench
