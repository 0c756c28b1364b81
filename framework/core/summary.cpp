#include "core/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/provenance.h"
#include "core/statistics.h"
#include "core/summary_text.h"

namespace ndbench {
namespace {

/// A replica whose samples and state count: it ran to its end, and took a time that has a
/// logarithm, which a step below the clock's tick has not.
bool is_complete(const Record& record) {
  if (record.state.hash.empty() || record.iterations() == 0) return false;
  const double seconds = record.real_seconds();
  return std::isfinite(seconds) && seconds > 0.0;
}

using ModeRecords = std::vector<const Record*>;

std::vector<double> values(const ModeRecords& records, double (*of)(const Record&)) {
  std::vector<double> result;
  for (const Record* record : records) result.push_back(of(*record));
  return result;
}

/// Times of two modes, by the replicas that both completed.
std::optional<Ratio> cost(const ModeRecords& mode, const ModeRecords& reference) {
  std::vector<double> numerator;
  std::vector<double> denominator;
  for (const Record* record : mode) {
    const auto partner = std::find_if(reference.begin(), reference.end(), [&](const Record* other) {
      return other->replica == record->replica;
    });
    if (partner == reference.end()) continue;
    numerator.push_back(record->real_seconds());
    denominator.push_back((*partner)->real_seconds());
  }
  if (numerator.empty()) return std::nullopt;
  return paired_ratio(numerator, denominator);
}

std::string cost_words(const Ratio& cost, const std::string& reference) {
  const std::string detectable =
      fmt::format("(detectable from {} %)", percent(cost.minimum_detectable_effect));
  const auto change = [&](const char* verb) {
    return fmt::format("{} {:.1f} % of {}'s time {}", verb, 100.0 * std::abs(cost.overhead()),
                       reference, detectable);
  };
  switch (verdict_of(cost)) {
    case CostVerdict::kRefused:
      return fmt::format("cost against {} unknown: it needs {} or more replicas", reference,
                         kFewestForMedian);
    case CostVerdict::kNone:
      return fmt::format("no measurable cost against {} {}", reference, detectable);
    case CostVerdict::kInconclusive:
      return fmt::format("cost against {} inconclusive {}", reference, detectable);
    case CostVerdict::kCosts:
      return change("costs");
    case CostVerdict::kSaves:
      return change("saves");
  }
  return {};
}

std::string state_words(const ModeSummary& mode) {
  if (mode.replicas < 2) return "repetition not proven: one replica";
  if (mode.distinct_states == 1) {
    return fmt::format("bit-identical over {} replicas", mode.replicas);
  }
  if (mode.must_repeat) {
    return fmt::format("BREACHED: {} states in {} replicas", mode.distinct_states, mode.replicas);
  }
  return fmt::format("{} states in {} replicas", mode.distinct_states, mode.replicas);
}

/// The further results of the last evaluation, by name, each as its mean over the replicas.
std::map<std::string, double> means_of_other(const ModeRecords& records) {
  std::map<std::string, std::vector<double>> values;
  for (const Record* record : records) {
    for (const auto& [name, value] : record->evaluation()->other) values[name].push_back(value);
  }
  std::map<std::string, double> means;
  for (const auto& [name, of_replicas] : values) means[name] = mean(of_replicas);
  return means;
}

ModeSummary summarize_mode(const ModeRecords& records) {
  ModeSummary summary;
  const Record& first = *records.front();
  summary.mode = first.cell.mode.name;
  summary.must_repeat = first.cell.mode.must_repeat();
  summary.replicas = records.size();
  summary.samples_per_second =
      median(values(records, [](const Record& record) { return record.samples_per_second(); }));
  std::set<std::string> states;
  for (const Record* record : records) states.insert(record->state.hash);
  summary.distinct_states = states.size();
  if (const Evaluation* evaluation = first.evaluation()) {
    summary.metric = evaluation->metric;
    summary.higher_is_better = evaluation->higher_is_better;
    const auto qualities =
        values(records, [](const Record& record) { return record.evaluation()->value; });
    summary.quality_mean = mean(qualities);
    summary.quality_deviation = sample_standard_deviation(qualities);
    summary.other = means_of_other(records);
  }
  return summary;
}

GroupSummary summarize_group(const std::vector<const Record*>& records, const Machine& machine) {
  const Cell& cell = records.front()->cell;
  GroupSummary group;
  group.name = cell.group_name();
  group.model = cell.model.name;
  group.backend = cell.backend.name;
  group.scope = cell.scope == ScopeKind::kStep ? "step" : "epoch";
  std::vector<std::pair<Mode, ModeRecords>> modes;
  for (const Record* record : records) {
    if (!is_complete(*record)) {
      group.problem = record->outcome.reason;
      continue;
    }
    group.target = target_fingerprint(machine, *record);
    auto found = std::find_if(modes.begin(), modes.end(), [&](const auto& mode) {
      return mode.first.name == record->cell.mode.name;
    });
    if (found == modes.end()) found = modes.insert(modes.end(), {record->cell.mode, {}});
    found->second.push_back(record);
  }
  if (modes.empty()) return group;
  group.problem.clear();
  auto reference = std::find_if(modes.begin(), modes.end(),
                                [](const auto& mode) { return mode.first.name == "noisy"; });
  if (reference == modes.end()) {
    reference = std::find_if(modes.begin(), modes.end(),
                             [](const auto& mode) { return !mode.first.is_deterministic(); });
  }
  if (reference == modes.end()) reference = modes.begin();
  group.reference = reference->first.name;
  for (const auto& [mode, mode_records] : modes) {
    ModeSummary summary = summarize_mode(mode_records);
    summary.verdict = state_words(summary);
    if (mode.name != group.reference) summary.cost = cost(mode_records, reference->second);
    if (summary.cost) summary.verdict += "; " + cost_words(*summary.cost, group.reference);
    group.modes.push_back(std::move(summary));
  }
  // The reference first: the others are read against it.
  std::stable_partition(group.modes.begin(), group.modes.end(),
                        [&](const ModeSummary& mode) { return mode.mode == group.reference; });
  return group;
}

}  // namespace

std::vector<GroupSummary> summarize(const std::vector<Record>& records, const Machine& machine) {
  std::vector<std::pair<std::string, std::vector<const Record*>>> groups;
  for (const Record& record : records) {
    const std::string name = record.cell.group_name();
    auto found = std::find_if(groups.begin(), groups.end(),
                              [&](const auto& group) { return group.first == name; });
    if (found == groups.end()) found = groups.insert(groups.end(), {name, {}});
    found->second.push_back(&record);
  }
  std::vector<GroupSummary> result;
  for (const auto& [name, group] : groups) result.push_back(summarize_group(group, machine));
  return result;
}

}  // namespace ndbench
