#include "core/tradeoff.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/summary_text.h"

namespace ndbench {
namespace {

using Groups = std::vector<const GroupSummary*>;

/// The groups of one model on one backend.
Groups beside(const Summary& summary, const GroupSummary& group) {
  Groups groups;
  for (const GroupSummary& other : summary.groups) {
    if (other.model == group.model && other.backend == group.backend) groups.push_back(&other);
  }
  return groups;
}

const GroupSummary* of_scope(const Groups& groups, const std::string& scope) {
  const auto found = std::find_if(groups.begin(), groups.end(),
                                  [&](const auto* group) { return group->scope == scope; });
  return found == groups.end() ? nullptr : *found;
}

const ModeSummary* mode_of(const GroupSummary* group, const std::string& name) {
  if (group == nullptr) return nullptr;
  const auto found = std::find_if(group->modes.begin(), group->modes.end(),
                                  [&](const auto& mode) { return mode.mode == name; });
  return found == group->modes.end() ? nullptr : &*found;
}

void add_of(const Groups& groups, std::vector<Tradeoff>& tradeoffs) {
  const GroupSummary* step = of_scope(groups, "step");
  const GroupSummary* epoch = of_scope(groups, "epoch");
  const auto costs = [](const GroupSummary* group) {
    return group != nullptr && std::any_of(group->modes.begin(), group->modes.end(),
                                           [](const auto& mode) { return mode.cost.has_value(); });
  };
  const GroupSummary* of_cost = costs(step) ? step : epoch;
  if (!costs(of_cost)) return;
  const ModeSummary* reference = mode_of(epoch, of_cost->reference);
  const bool has_spread = reference != nullptr && reference->spread.has_value();
  for (const ModeSummary& mode : of_cost->modes) {
    if (!mode.cost) continue;
    tradeoffs.push_back({.group = of_cost->name,
                         .model = of_cost->model,
                         .backend = of_cost->backend,
                         .target = of_cost->target,
                         .mode = mode.mode,
                         .reference = of_cost->reference,
                         .cost = *mode.cost,
                         .spread_group = has_spread ? epoch->name : "",
                         .spread = has_spread ? reference : nullptr});
  }
}

/// "-0.4 % … +0.9 %", or the value alone where there is no interval.
std::string cost_range(const Ratio& cost) {
  if (std::isnan(cost.interval.low) || std::isnan(cost.interval.high)) {
    return percent(cost.overhead()) + " %";
  }
  return fmt::format("{} % … {} %", percent(cost.interval.low - 1.0),
                     percent(cost.interval.high - 1.0));
}

/// "fixed" against "noisy" is what the word determinism is for.
bool is_of_determinism(const Tradeoff& tradeoff) {
  return tradeoff.mode == "fixed" && tradeoff.reference == "noisy";
}

std::string cost_sentence(const Tradeoff& tradeoff) {
  const std::string subject = is_of_determinism(tradeoff) ? "Determinism" : "Mode " + tradeoff.mode;
  const std::string where = fmt::format("for {} on {}", tradeoff.model, tradeoff.backend);
  const Ratio& cost = tradeoff.cost;
  const std::string range =
      fmt::format("({}, {} pair{})", cost_range(cost), cost.pairs, cost.pairs == 1 ? "" : "s");
  const std::string detectable =
      fmt::format("from {} % on it would be seen", percent(cost.minimum_detectable_effect));
  const double size = 100.0 * std::abs(cost.overhead());
  switch (verdict_of(cost)) {
    case CostVerdict::kRefused:
      return fmt::format("{}'s cost {} is not judged {}: it takes {} pairs", subject, where, range,
                         kFewestForMedian);
    case CostVerdict::kNone:
      return fmt::format("{} costs nothing measurable {} {}: {}", subject, where, range,
                         detectable);
    case CostVerdict::kInconclusive:
      return fmt::format("{}'s cost {} is too small to judge {}: {}", subject, where, range,
                         detectable);
    case CostVerdict::kCosts:
      return fmt::format("{} costs {:.1f} % of {}'s time {} {}", subject, size, tradeoff.reference,
                         where, range);
    case CostVerdict::kSaves:
      return fmt::format("{} saves {:.1f} % of {}'s time {} {}", subject, size, tradeoff.reference,
                         where, range);
  }
  return "";
}

}  // namespace

std::vector<Tradeoff> tradeoffs_of(const Summary& summary) {
  std::vector<Tradeoff> tradeoffs;
  for (const GroupSummary& group : summary.groups) {
    const Groups groups = beside(summary, group);
    if (groups.front() == &group) add_of(groups, tradeoffs);
  }
  return tradeoffs;
}

MetricUnit unit_of(const std::string& metric) {
  if (metric == "accuracy") return {100.0, "points of accuracy"};
  return {1.0, metric};
}

std::string spread_text(const ModeSummary& mode) {
  if (!mode.spread) return "no result";
  if (mode.replicas < 2) return "one replica: no spread";
  if (mode.is_one_draw()) return fmt::format("no spread: one run repeated, n = {}", mode.replicas);
  const MetricUnit unit = unit_of(mode.spread->metric);
  const Deviation& deviation = mode.spread->quality.deviation;
  if (std::isnan(deviation.value)) return "not finite in every replica";
  const auto text = [&](double value) {
    return unit.factor > 1.0 ? fmt::format("{:.2f}", unit.factor * value) : number_text(value);
  };
  std::string interval;
  if (!std::isnan(deviation.interval.low) && !std::isnan(deviation.interval.high)) {
    interval =
        fmt::format(" [{}, {}]", text(deviation.interval.low), text(deviation.interval.high));
  }
  return fmt::format("std {} {}{}, n = {}{}", text(deviation.value), unit.name, interval,
                     mode.replicas,
                     mode.replicas < kFewestForSpread
                         ? fmt::format(", too few to judge: it takes {}", kFewestForSpread)
                         : "");
}

std::string sentence(const Tradeoff& tradeoff) {
  if (tradeoff.spread == nullptr) return cost_sentence(tradeoff) + ".";
  return fmt::format("{}; {} runs: {}.", cost_sentence(tradeoff), tradeoff.reference,
                     spread_text(*tradeoff.spread));
}

}  // namespace ndbench
