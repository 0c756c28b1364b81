#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/gate_history.h"
#include "core/replica_metrics.h"
#include "core/statistics.h"

namespace ndbench {
namespace {

/// The nights of which `value_of` knows a value, if the last is one of them.
template <typename ValueOf>
void add_history(const BenchmarkHistory& benchmark, History history, const ValueOf& value_of,
                 std::vector<History>& histories) {
  for (const Night& night : benchmark.nights) {
    const double value = value_of(night);
    const bool is_last = &night == &benchmark.nights.back();
    if (!std::isfinite(value)) {
      if (is_last) return;
      continue;
    }
    history.values.push_back(value);
    history.commits.push_back(night.commit);
    history.runs.push_back(night.run);
    history.started.push_back(night.started);
  }
  histories.push_back(std::move(history));
}

double seconds_of(const Night& night) {
  return night.seconds.size() < static_cast<std::size_t>(kFewestForNight) ? std::nan("")
                                                                          : median(night.seconds);
}

/// Mean over the replicas; one that did not get there is taken to need one epoch more than it had.
double epochs_of(const Night& night, double target) {
  std::vector<double> epochs;
  for (const std::vector<double>& curve : night.curves) {
    const double reached = epochs_to_target(curve, target, night.higher_is_better);
    epochs.push_back(std::isnan(reached) ? static_cast<double>(curve.size() + 1) : reached);
  }
  return mean(epochs);
}

}  // namespace

std::vector<History> histories_of(const std::vector<BenchmarkHistory>& benchmarks,
                                  const std::optional<double>& target) {
  std::vector<History> histories;
  for (const BenchmarkHistory& benchmark : benchmarks) {
    const Night& last = benchmark.nights.back();
    const auto history = [&](std::string quantity, bool higher_is_better) {
      return History{.name = benchmark.name,
                     .target = benchmark.target,
                     .quantity = std::move(quantity),
                     .higher_is_better = higher_is_better,
                     .values = {},
                     .commits = {}};
    };
    add_history(benchmark, history("seconds", false), seconds_of, histories);
    const auto of_same_metric = [&](const Night& night, double value) {
      return night.metric == last.metric ? value : std::nan("");
    };
    add_history(
        benchmark, history(last.metric, last.higher_is_better),
        [&](const Night& night) { return of_same_metric(night, mean(night.results)); }, histories);
    if (!target) continue;
    add_history(
        benchmark, history(fmt::format("epochs to {:.6g}", *target), false),
        [&](const Night& night) { return of_same_metric(night, epochs_of(night, *target)); },
        histories);
  }
  return histories;
}

std::vector<SpreadHistory> spreads_of(const std::vector<BenchmarkHistory>& benchmarks) {
  std::vector<SpreadHistory> spreads;
  for (const BenchmarkHistory& benchmark : benchmarks) {
    const Night& last = benchmark.nights.back();
    if (last.results.size() < 2) continue;
    SpreadHistory& spread =
        spreads.emplace_back(SpreadHistory{benchmark.name, benchmark.target, last.metric, {}, {}});
    for (const Night& night : benchmark.nights) {
      if (night.metric != last.metric) continue;
      spread.runs.push_back(night.results);
      spread.commits.push_back(night.commit);
    }
  }
  return spreads;
}

std::string fixed_state(const Night& night, const std::string& mode) {
  const bool is_common =
      mode == "fixed" && night.states.size() > 1 &&
      std::equal(night.states.begin() + 1, night.states.end(), night.states.begin());
  return is_common ? night.states.front() : "";
}

std::vector<StateHistory> states_of(const std::vector<BenchmarkHistory>& benchmarks) {
  std::vector<StateHistory> states;
  for (const BenchmarkHistory& benchmark : benchmarks) {
    const std::vector<Night>& nights = benchmark.nights;
    const auto state_of = [&](const Night& night) { return fixed_state(night, benchmark.mode); };
    const std::string now = state_of(nights.back());
    if (now.empty()) continue;
    const auto before = std::find_if(nights.rbegin() + 1, nights.rend(),
                                     [&](const Night& night) { return !state_of(night).empty(); });
    if (before == nights.rend()) continue;
    states.push_back({.name = benchmark.name,
                      .target = benchmark.target,
                      .before = state_of(*before),
                      .now = now,
                      .commit_before = before->commit});
  }
  return states;
}

}  // namespace ndbench
