#include "core/compared_run.h"

#include <fmt/format.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "core/json_text.h"
#include "core/provenance.h"
#include "core/step_cost.h"

namespace ndbench {
namespace {

std::string text_of(const ParameterValue& value) {
  return std::visit([](const auto& held) { return fmt::format("{}", held); }, value);
}

std::string factors_of(const Mode& mode) {
  std::vector<std::string> factors;
  if (mode.init) factors.emplace_back("init");
  if (mode.order) factors.emplace_back("order");
  if (mode.augment) factors.emplace_back("augment");
  if (mode.dropout) factors.emplace_back("dropout");
  if (mode.ulp) factors.emplace_back("ulp");
  return fmt::format("{}", fmt::join(factors, " "));
}

/// A step's time does not depend on how many there are; what an epoch's network has learned does.
Facts settings_of(const Record& record) {
  Facts settings{{"varying", factors_of(record.cell.mode)}};
  for (const auto& [name, value] : record.parameters.values())
    settings["parameter " + name] = text_of(value);
  for (const auto& [name, value] : record.tooling) settings["knob " + name] = text_of(value);
  if (record.cell.scope == ScopeKind::kStep) {
    settings["batch_size"] = fmt::format("{}", record.steps.batch_size);
  } else {
    settings["epochs"] = fmt::format("{}", record.epochs.size());
  }
  return settings;
}

Facts origin_of(const Record& record, const std::string& suite_seed) {
  Facts origin{{"suite_seed", suite_seed},
               {"seed init", fmt::format("{:016x}", record.seeds.init)},
               {"seed order", fmt::format("{:016x}", record.seeds.order)},
               {"seed augment", fmt::format("{:016x}", record.seeds.augment)},
               {"seed dropout", fmt::format("{:016x}", record.seeds.dropout)}};
  if (record.cell.scope == ScopeKind::kStep) {
    origin["steps"] = fmt::format("{} + {}", record.warmup_steps, record.steps.losses.size());
  }
  return origin;
}

/// Why no replica counts.
std::string problem_of(const std::vector<const Record*>& records) {
  for (const Record* record : records) {
    if (record->outcome.status == Status::kPassed) continue;
    return fmt::format("{}: {}", to_string(record->outcome.status), record->outcome.reason);
  }
  return "no replica took a time";
}

void add_replica(const Record& record, ComparedBenchmark& benchmark) {
  benchmark.states.push_back(record.state.hash);
  if (const Evaluation* evaluation = record.evaluation()) {
    benchmark.metric = evaluation->metric;
    benchmark.higher_is_better = evaluation->higher_is_better;
    benchmark.results.push_back(evaluation->value);
  }
  if (!record.has_times_to_compare()) {
    benchmark.no_seconds = "replicas ran side by side";
    return;
  }
  const double seconds = undisturbed_seconds(record);
  if (std::isfinite(seconds) && seconds > 0.0) benchmark.seconds.push_back(seconds);
}

}  // namespace

ComparedBenchmark compared_benchmark(const std::vector<const Record*>& records,
                                     const Machine& machine, const std::string& suite_seed) {
  const Cell& cell = records.front()->cell;
  ComparedBenchmark benchmark{.name = cell.name()};
  benchmark.must_repeat = cell.mode.must_repeat();
  for (const Record* record : records) {
    if (!is_complete(*record)) continue;
    if (benchmark.states.empty()) {
      benchmark.target = facts_of(target_identity(machine, *record));
      benchmark.settings = settings_of(*record);
      benchmark.origin = origin_of(*record, suite_seed);
    }
    add_replica(*record, benchmark);
  }
  if (benchmark.states.empty()) benchmark.problem = problem_of(records);
  if (cell.mode.environment) {
    benchmark.problem = "its replicas go through environments that are chosen, not drawn";
  }
  if (!benchmark.no_seconds.empty()) benchmark.seconds.clear();
  return benchmark;
}

ComparedRun compared_run(const MeasuredRun& run) {
  const nlohmann::json& provenance = run.header.at("provenance");
  const std::string suite_seed = json_text(provenance.value("suite_seed", nlohmann::json()));
  ComparedRun result{.source = run.folder.string(),
                     .id = run.id(),
                     .words = fmt::format("run {} of suite {}, begun {} on {}, built from {}",
                                          run.id().substr(0, 8), run.suite(), run.started(),
                                          run.machine.host_name, run.commit().substr(0, 12)),
                     .is_complete = run.is_complete};
  std::vector<std::vector<const Record*>> cells;
  std::map<std::string, std::size_t> places;
  for (const Record& record : run.records) {
    const auto place = places.emplace(record.cell.name(), cells.size()).first->second;
    if (place == cells.size()) cells.emplace_back();
    cells[place].push_back(&record);
  }
  for (const auto& records : cells) {
    result.benchmarks.push_back(compared_benchmark(records, run.machine, suite_seed));
  }
  return result;
}

}  // namespace ndbench
