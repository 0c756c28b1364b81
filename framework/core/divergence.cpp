#include "core/divergence.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/statistics.h"

namespace ndbench {
namespace {

const TracePoint* point_at(const ReplicaTrace& trace, std::int64_t step) {
  const auto found = std::find_if(trace.begin(), trace.end(),
                                  [step](const TracePoint& point) { return point.step == step; });
  return found == trace.end() ? nullptr : &*found;
}

MedianDifference median_of(const std::vector<Difference>& differences) {
  const auto median_by = [&](double Difference::*member) {
    std::vector<double> values;
    for (const Difference& difference : differences) {
      if (!std::isnan(difference.*member)) values.push_back(difference.*member);
    }
    return median(values);
  };
  return {median_by(&Difference::distance), median_by(&Difference::normalized_distance),
          median_by(&Difference::v_c), median_by(&Difference::v_ermv)};
}

std::optional<GrowthRow> row_at(std::int64_t step, std::span<const ReplicaTrace> replicas) {
  GrowthRow row{.step = step};
  std::map<std::string, std::vector<Difference>> of_kind;
  for (const ReplicaTrace& replica : replicas) {
    const TracePoint* point = point_at(replica, step);
    if (point == nullptr || point->differences.empty()) continue;
    ++row.replicas;
    for (const auto& [kind, difference] : point->differences) of_kind[kind].push_back(difference);
  }
  if (row.replicas == 0) return std::nullopt;
  for (const auto& [kind, differences] : of_kind) row.of_kind[kind] = median_of(differences);
  return row;
}

/// Replica 0's reasons first: that it left no snapshot is why the others were not compared.
std::string first_reason(std::span<const ReplicaTrace> traces) {
  for (const ReplicaTrace& trace : traces) {
    for (const TracePoint& point : trace) {
      if (!point.not_compared.empty()) return point.not_compared;
    }
  }
  return "";
}

}  // namespace

std::optional<Parting> find_parting(const ReplicaTrace& reference, const ReplicaTrace& replica) {
  Parting parting;
  for (const TracePoint& mine : replica) {
    const TracePoint* theirs = point_at(reference, mine.step);
    if (theirs == nullptr) continue;
    parting.by_inputs = parting.by_inputs || mine.input_hash != theirs->input_hash;
    if (mine.state_hash != theirs->state_hash) {
      parting.at = mine.step;
      return parting;
    }
    parting.after = mine.step;
  }
  return std::nullopt;
}

Divergence find_divergence(std::span<const ReplicaTrace> traces) {
  Divergence divergence{.replicas = traces.size()};
  if (traces.size() < 2) return divergence;
  const auto others = traces.subspan(1);
  std::set<std::int64_t> steps;
  for (const ReplicaTrace& replica : others) {
    if (const auto parting = find_parting(traces.front(), replica)) {
      divergence.partings.push_back(*parting);
    }
    for (const TracePoint& point : replica) steps.insert(point.step);
  }
  for (const std::int64_t step : steps) {
    if (auto row = row_at(step, others)) divergence.growth.push_back(std::move(*row));
  }
  divergence.not_measured = first_reason(traces);
  return divergence;
}

}  // namespace ndbench
