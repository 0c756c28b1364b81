#include "core/measured_benchmark.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/statistics.h"

namespace ndbench {
namespace {

std::optional<Quantity> quantity(double value, const Interval& interval) {
  if (!std::isfinite(value)) return std::nullopt;
  Quantity result{.value = value};
  if (std::isfinite(interval.low) && std::isfinite(interval.high)) result.interval = interval;
  return result;
}

const GroupSummary* group_in(const Summary& summary, const std::string& name) {
  for (const GroupSummary& group : summary.groups) {
    if (group.name == name) return &group;
  }
  return nullptr;
}

const ModeSummary* mode_in(const GroupSummary* group, const std::string& name) {
  if (group == nullptr) return nullptr;
  for (const ModeSummary& mode : group->modes) {
    if (mode.mode == name) return &mode;
  }
  return nullptr;
}

}  // namespace

std::size_t MeasuredBenchmark::count(Status status) const {
  return static_cast<std::size_t>(
      std::count_if(replicas.begin(), replicas.end(),
                    [&](const Record* record) { return record->outcome.status == status; }));
}

std::string MeasuredBenchmark::target() const { return group == nullptr ? "" : group->target; }

std::string MeasuredBenchmark::metric() const {
  return mode == nullptr || !mode->spread ? "" : mode->spread->metric;
}

std::vector<double> MeasuredBenchmark::all_seconds() const {
  std::vector<double> seconds;
  for (const Record* record : replicas) {
    if (record->outcome.status != Status::kPassed || !record->has_times_to_compare()) continue;
    const double value = record->real_seconds();
    if (std::isfinite(value)) seconds.push_back(value);
  }
  return seconds;
}

std::optional<Quantity> MeasuredBenchmark::seconds() const {
  const std::vector<double> values = all_seconds();
  return quantity(median(values), median_interval(values));
}

std::optional<Quantity> MeasuredBenchmark::ratio() const {
  if (mode == nullptr || !mode->cost) return std::nullopt;
  return quantity(mode->cost->ratio, mode->cost->interval);
}

std::optional<Quantity> MeasuredBenchmark::quality() const {
  if (mode == nullptr || !mode->spread) return std::nullopt;
  return quantity(mode->spread->quality.mean, mode->spread->quality.mean_interval);
}

std::optional<Quantity> MeasuredBenchmark::deviation() const {
  if (mode == nullptr || !mode->spread) return std::nullopt;
  const Deviation& deviation = mode->spread->quality.deviation;
  return quantity(deviation.value, deviation.interval);
}

std::optional<std::int64_t> MeasuredBenchmark::peak_memory_bytes() const {
  std::optional<std::int64_t> peak;
  for (const Record* record : replicas) {
    if (record->outcome.status != Status::kPassed || record->peak_memory_bytes <= 0) continue;
    peak = std::max(peak.value_or(0), record->peak_memory_bytes);
  }
  return peak;
}

std::vector<MeasuredBenchmark> benchmarks_of(const MeasuredRun& run) {
  std::map<std::string, std::vector<const Record*>> replicas;
  for (const Record& record : run.records) replicas[record.cell.name()].push_back(&record);
  std::set<std::string> wanted;
  for (const std::string& name : run.planned()) wanted.insert(name);
  std::vector<MeasuredBenchmark> benchmarks;
  for (const Cell& cell : run.plan.cells) {
    const std::string name = cell.name();
    if (!wanted.contains(name) && !replicas.contains(name)) continue;
    const GroupSummary* group = group_in(run.summary, cell.group_name());
    benchmarks.push_back({.cell = &cell,
                          .name = name,
                          .replicas = replicas[name],
                          .group = group,
                          .mode = mode_in(group, cell.mode.name)});
  }
  return benchmarks;
}

}  // namespace ndbench
