#include "core/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "core/mode_words.h"
#include "core/provenance.h"
#include "core/statistics.h"
#include "core/step_cost.h"
#include "core/verdicts.h"

namespace ndbench {
namespace {

using Replicas = std::vector<const Record*>;

/// Replicas of one mode, in their order.
struct ModeRecords {
  Mode mode;
  Replicas replicas;
};

/// Records of one group, in their order.
struct GroupRecords {
  std::string name;
  Replicas records;
};

std::vector<double> values(const Replicas& records, double (*of)(const Record&)) {
  std::vector<double> result;
  for (const Record* record : records) result.push_back(of(*record));
  return result;
}

/// By the replicas that both modes completed; nothing where replicas ran side by side.
std::optional<Ratio> cost(const Replicas& mode, const Replicas& reference) {
  const auto ratios = log_time_ratios(mode, reference);
  if (ratios.empty()) return std::nullopt;
  return ratio_of(ratios);
}

/// The further results of the last evaluation, by name, each as its mean over the replicas.
std::map<std::string, double> means_of_other(const Replicas& records) {
  std::map<std::string, std::vector<double>> values;
  for (const Record* record : records) {
    for (const auto& [name, value] : record->evaluation()->other) values[name].push_back(value);
  }
  std::map<std::string, double> means;
  for (const auto& [name, of_replicas] : values) means[name] = mean(of_replicas);
  return means;
}

ModeSummary summarize_mode(const ModeRecords& records, std::optional<double> target) {
  const Replicas& replicas = records.replicas;
  ModeSummary summary{.mode = records.mode.name,
                      .must_repeat = records.mode.must_repeat(),
                      .replicas = replicas.size()};
  summary.samples_per_second =
      median(values(replicas, [](const Record& record) { return record.samples_per_second(); }));
  summary.replica_seconds = median(values(replicas, replica_seconds));
  std::set<std::string> states;
  for (const Record* record : replicas) states.insert(record->state.hash);
  summary.distinct_states = states.size();
  summary.goes_through_environments = records.mode.environment;
  summary.times_compare = replicas.front()->has_times_to_compare();
  summary.hashes = mode_words(replicas);
  std::vector<ReplicaTrace> traces;
  for (const Record* record : replicas) {
    if (!record->trace.empty()) traces.push_back(record->trace);
  }
  summary.divergence = find_divergence(traces);
  if (replicas.front()->evaluation() != nullptr) {
    summary.spread = spread_of(replicas, target);
    summary.other = means_of_other(replicas);
  }
  return summary;
}

/// What is compared between modes and backends. @pre the summary has a spread
Results results_of(const std::string& name, const ModeSummary& summary,
                   const ModeRecords& records) {
  Results results{.name = name,
                  .mode = records.mode,
                  .replicas = {},
                  .values = summary.spread->quality.values,
                  .is_one_draw = summary.is_one_draw()};
  for (const Record* record : records.replicas) results.replicas.push_back(record->replica);
  if (summary.spread->convergence) results.epochs = summary.spread->convergence->epochs;
  return results;
}

std::vector<ModeRecords> by_mode(const Replicas& records) {
  std::vector<ModeRecords> modes;
  for (const Record* record : records) {
    // What lies between two modes has a table of its own.
    if (!is_complete(*record) || record->cell.mode.part) continue;
    auto found = std::find_if(modes.begin(), modes.end(), [&](const ModeRecords& mode) {
      return mode.mode.name == record->cell.mode.name;
    });
    if (found == modes.end()) found = modes.insert(modes.end(), {record->cell.mode, {}});
    found->replicas.push_back(record);
  }
  return modes;
}

/// The reference first: the others are read against it.
void put_reference_first(std::vector<ModeRecords>& modes) {
  if (modes.empty()) return;
  std::vector<Mode> of_each;
  for (const ModeRecords& records : modes) of_each.push_back(records.mode);
  const auto reference = modes.begin() + static_cast<std::ptrdiff_t>(reference_mode(of_each));
  std::rotate(modes.begin(), reference, reference + 1);
}

/// The results of a group's modes, in their order; none for steps.
std::vector<Results> results_of(const GroupSummary& group, const std::vector<ModeRecords>& modes) {
  std::vector<Results> results;
  for (std::size_t mode = 0; mode < modes.size(); ++mode) {
    if (!group.modes[mode].spread) continue;
    results.push_back(results_of(modes[mode].mode.name, group.modes[mode], modes[mode]));
  }
  return results;
}

void compare_results(const std::vector<Results>& results, GroupSummary& group) {
  for (std::size_t mode = 1; mode < results.size(); ++mode) {
    group.comparisons.push_back(compare(results[mode], results.front()));
  }
  const auto called = [&](const char* name) {
    return std::find_if(results.begin(), results.end(),
                        [&](const Results& of_mode) { return of_mode.name == name; });
  };
  const auto noisy = called("noisy");
  const auto algo = called("algo");
  const auto impl = called("impl");
  if (noisy != results.end() && algo != results.end() && impl != results.end()) {
    group.shares = noise_shares(*noisy, *algo, *impl);
  }
}

ReplicaPlan plan_of(const GroupSummary& group, double precision) {
  PlanRequest request{.replicas = group.modes.front().replicas, .precision = precision};
  std::size_t spreading = 0;
  for (const ModeSummary& mode : group.modes) {
    request.replicas = std::min(request.replicas, mode.replicas);
    request.seconds_per_replica += mode.replica_seconds;
    if (mode.cost) request.costs.push_back(*mode.cost);
    if (mode.spread && !mode.must_repeat) ++spreading;
  }
  request.has_spread = spreading > 0;
  request.compares_spreads = spreading > 1;
  return plan_replicas(request);
}

GroupSummary summarize_group(const std::vector<ModeRecords>& modes, const GroupRecords& records,
                             const Machine& machine, const SummaryOptions& options) {
  const Cell& cell = records.records.front()->cell;
  GroupSummary group{.name = records.name,
                     .model = cell.model.name,
                     .backend = cell.backend.name,
                     .scope = cell.scope == ScopeKind::kStep ? "step" : "epoch"};
  if (modes.empty()) {
    group.problem = records.records.back()->outcome.reason;
    return group;
  }
  group.target = target_fingerprint(machine, *modes.front().replicas.back());
  group.reference = modes.front().mode.name;
  for (const ModeRecords& mode : modes) {
    ModeSummary summary = summarize_mode(mode, options.target);
    // Where replicas have other threads their time says nothing of the mode.
    const bool has_cost =
        !group.modes.empty() && !mode.mode.environment && !modes.front().mode.environment;
    if (has_cost) summary.cost = cost(mode.replicas, modes.front().replicas);
    summary.verdicts = verdicts_of_mode(summary, group.reference);
    group.modes.push_back(std::move(summary));
  }
  group.disturbance = disturbance_in(records.records);
  group.knob_costs = knob_costs(records.records);
  compare_results(results_of(group, modes), group);
  group.plan = plan_of(group, options.precision);
  return group;
}

/// The results of one model on each backend, with the metric.
struct BackendResults {
  std::string model;
  std::string metric;
  std::vector<std::pair<std::string, std::vector<Results>>> backends{};  ///< modes of each
};

/// The mode in which backends are compared: noisy, else the first whose seeds vary, else the first.
const Results* in_mode(const std::vector<Results>& modes, const std::string& name) {
  const auto found = std::find_if(modes.begin(), modes.end(),
                                  [&](const Results& mode) { return mode.name == name; });
  return found == modes.end() ? nullptr : &*found;
}

const Results& mode_to_compare(const std::vector<Results>& modes) {
  if (const Results* noisy = in_mode(modes, "noisy")) return *noisy;
  const auto varied = std::find_if(modes.begin(), modes.end(), [](const Results& results) {
    const Mode& mode = results.mode;
    return mode.init || mode.order || mode.augment || mode.dropout;
  });
  return varied == modes.end() ? modes.front() : *varied;
}

Parity worse_parity(const SummaryOptions& options, const std::string& model, const std::string& a,
                    const std::string& b) {
  const auto parity_of = [&](const std::string& backend) {
    const auto found = options.parity.find({model, backend});
    return found == options.parity.end() ? Parity{} : found->second;
  };
  const Parity of_a = parity_of(a);
  const Parity of_b = parity_of(b);
  for (const auto status : {Parity::Status::kFailed, Parity::Status::kUnchecked}) {
    if (of_a.status == status) return of_a;
    if (of_b.status == status) return of_b;
  }
  return of_a;
}

std::vector<BackendComparison> compare_backends(const BackendResults& results,
                                                const SummaryOptions& options) {
  std::vector<BackendComparison> comparisons;
  const auto& [first_name, first_modes] = results.backends.front();
  for (std::size_t other = 1; other < results.backends.size(); ++other) {
    const auto& [name, modes] = results.backends[other];
    Results a = mode_to_compare(first_modes);
    const Results* partner = in_mode(modes, a.name);
    if (partner == nullptr) continue;
    Results b = *partner;
    const std::string mode = a.name;
    a.name = first_name;
    b.name = name;
    BackendComparison comparison{.model = results.model,
                                 .metric = results.metric,
                                 .comparison = compare(a, b),
                                 .parity = worse_parity(options, results.model, a.name, b.name)};
    comparison.comparison.mode = mode;
    comparisons.push_back(std::move(comparison));
  }
  return comparisons;
}

std::size_t count_verdicts(const Summary& summary) {
  std::size_t count = 0;
  for (const GroupSummary& group : summary.groups) {
    for (const ModeSummary& mode : group.modes) {
      if (mode.cost && verdict_of(*mode.cost) != CostVerdict::kRefused) ++count;
    }
    for (const Comparison& comparison : group.comparisons) count += verdicts_of(comparison);
  }
  for (const BackendComparison& backends : summary.backends) {
    if (!backends.is_void()) count += verdicts_of(backends.comparison);
  }
  return count;
}

}  // namespace

Summary summarize(const std::vector<const Record*>& records, const Machine& machine,
                  const SummaryOptions& options) {
  std::vector<GroupRecords> groups;
  std::unordered_map<std::string, std::size_t> index;
  for (const Record* record : records) {
    const auto [found, is_new] = index.try_emplace(record->cell.group_name(), groups.size());
    if (is_new) groups.push_back({found->first, {}});
    groups[found->second].records.push_back(record);
  }
  Summary summary;
  std::vector<BackendResults> models;
  std::unordered_map<std::string, std::size_t> model_index;
  for (const GroupRecords& group : groups) {
    std::vector<ModeRecords> modes = by_mode(group.records);
    put_reference_first(modes);
    summary.groups.push_back(summarize_group(modes, group, machine, options));
    const GroupSummary& done = summary.groups.back();
    std::vector<Results> results = results_of(done, modes);
    if (results.empty()) continue;
    const auto [found, is_new] = model_index.try_emplace(done.model, models.size());
    if (is_new) models.push_back({done.model, done.modes.front().spread->metric});
    models[found->second].backends.emplace_back(done.backend, std::move(results));
  }
  for (const BackendResults& model : models) {
    for (BackendComparison& comparison : compare_backends(model, options)) {
      summary.backends.push_back(std::move(comparison));
    }
  }
  for (const auto& [names, parity] : options.parity) {
    if (parity.status == Parity::Status::kFailed) summary.failed.push_back(parity);
  }
  summary.verdicts = count_verdicts(summary);
  summary.retried = static_cast<std::size_t>(
      std::count_if(records.begin(), records.end(),
                    [](const Record* record) { return !record->attempts.empty(); }));
  return summary;
}

std::string retried_text(std::size_t retried) {
  if (retried == 0) return "";
  return fmt::format(
      "{} replica{} took more than one attempt; \"attempts\" in the journal says why", retried,
      retried == 1 ? "" : "s");
}

Summary summarize(const std::vector<Record>& records, const Machine& machine,
                  const SummaryOptions& options) {
  std::vector<const Record*> pointers;
  for (const Record& record : records) pointers.push_back(&record);
  return summarize(pointers, machine, options);
}

}  // namespace ndbench
