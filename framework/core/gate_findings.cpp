#include "core/gate_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <span>

#include "core/change_points.h"
#include "core/statistics.h"
#include "core/two_samples.h"

namespace ndbench {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// With every further run a change may turn out to have begun a few runs earlier or later.
constexpr std::size_t kShift = 3;

/// Of a growth of spread.
constexpr std::size_t kRunsBefore = 50;
constexpr double kLargestP = 1e-4;
constexpr double kLargestPOfDistances = 0.05;
constexpr double kLeastGrowth = 1.25;

/// `half_width` of a difference, as shares of the value before.
Interval shares(double change, double half_width, double before) {
  const double half = half_width / std::abs(before);
  return {change - half, change + half};
}

/// How the replicas of the last run spread against those of the runs before it.
struct Growth {
  double p = kNan;
  bool is_of_many = false;  ///< not of a single replica that strays
  double before = kNan;     ///< pooled standard deviation
  double now = kNan;

  [[nodiscard]] bool is_found() const {
    return p < kLargestP && now >= kLeastGrowth * before && is_of_many;
  }
};

Growth growth_in(std::span<const std::vector<double>> runs) {
  if (runs.empty() || runs.back().size() < kFewestForNight) return {};
  std::span<const std::vector<double>> earlier = runs.first(runs.size() - 1);
  if (earlier.size() > kRunsBefore) earlier = earlier.last(kRunsBefore);
  // Runs of the same seeds on a machine that repeats are one draw, however many there are.
  const std::set<std::vector<double>> draws(earlier.begin(), earlier.end());
  std::vector<double> distances;
  double squares = 0.0;
  PooledVariance before{0.0, 0.0};
  for (const std::vector<double>& replicas : draws) {
    if (replicas.size() < kFewestForNight) continue;
    for (const double distance : distances_from_median(replicas)) distances.push_back(distance);
    const auto degrees = static_cast<double>(replicas.size() - 1);
    squares += degrees * sample_variance(replicas);
    before.degrees += degrees;
  }
  before.variance = squares / before.degrees;
  const std::vector<double>& last = runs.back();
  const PooledVariance now{sample_variance(last), static_cast<double>(last.size() - 1)};
  return {.p = larger_variance(now, before).p,
          .is_of_many = welch_less(distances, distances_from_median(last)).p < kLargestPOfDistances,
          .before = std::sqrt(before.variance),
          .now = std::sqrt(now.variance)};
}

}  // namespace

std::vector<Finding> findings_in(const History& history) {
  const std::span<const double> all(history.values);
  std::vector<Finding> findings;
  if (all.size() < 2) return findings;
  const auto known = change_points(all.first(all.size() - 1), {});
  for (const ChangePoint& point : change_points(all, {})) {
    const bool is_known = std::any_of(known.begin(), known.end(), [&](const ChangePoint& other) {
      const std::size_t distance =
          std::max(other.index, point.index) - std::min(other.index, point.index);
      return distance <= kShift && (other.change() > 0.0) == (point.change() > 0.0);
    });
    if (is_known) continue;
    const bool rises = point.mean_after > point.mean_before;
    findings.push_back(
        {.kind = rises == history.higher_is_better ? Finding::Kind::kBetter : Finding::Kind::kWorse,
         .name = history.name,
         .target = history.target,
         .quantity = history.quantity,
         .before = point.mean_before,
         .after = point.mean_after,
         .change = point.change(),
         .interval = shares(point.change(), point.half_width, point.mean_before),
         .p = point.p,
         .runs = all.size(),
         .since = all.size() - point.index,
         .commit_before = history.commits[point.index - 1]});
  }
  return findings;
}

std::vector<Finding> findings_in(const SpreadHistory& history) {
  const std::span<const std::vector<double>> all(history.runs);
  const Growth growth = growth_in(all);
  if (!growth.is_found() || growth_in(all.first(all.size() - 1)).is_found()) return {};
  // The interval of this run's deviation; the pooled one is as good as known beside it.
  const Interval deviation = normal_deviation_interval(history.runs.back());
  return {{.kind = Finding::Kind::kWorse,
           .name = history.name,
           .target = history.target,
           .quantity = "std of " + history.metric,
           .before = growth.before,
           .after = growth.now,
           .change = growth.now / growth.before - 1.0,
           .interval = {deviation.low / growth.before - 1.0, deviation.high / growth.before - 1.0},
           .p = growth.p,
           .runs = all.size(),
           .since = 1,
           .commit_before = history.commits[all.size() - 2]}};
}

std::vector<Finding> findings_in(const StateHistory& history) {
  if (history.before == history.now) return {};
  return {{.kind = Finding::Kind::kDrift,
           .name = history.name,
           .target = history.target,
           .quantity = "state",
           .commit_before = history.commit_before,
           .states = fmt::format("{} → {}{}", history.before, history.now,
                                 history.is_committed ? " (committed before)" : "")}};
}

void sort_by_weight(std::vector<Finding>& findings) {
  const auto weight = [](const Finding& finding) {
    if (finding.kind == Finding::Kind::kDrift) return 0.0;
    const double change = std::abs(std::log(finding.after / finding.before));
    return std::isfinite(change) ? change : std::numeric_limits<double>::infinity();
  };
  std::stable_sort(findings.begin(), findings.end(), [&](const Finding& a, const Finding& b) {
    if (a.is_refuted != b.is_refuted) return b.is_refuted;
    return a.kind != b.kind ? a.kind < b.kind : weight(a) > weight(b);
  });
}

ExitCodes exit_codes_of(const std::vector<Finding>& findings) {
  ExitCodes codes;
  for (const Finding& finding : findings) {
    if (finding.is_refuted) continue;
    if (finding.kind == Finding::Kind::kDrift) codes.add(ExitCode::kDeterminismBreach);
    if (finding.kind == Finding::Kind::kWorse) codes.add(ExitCode::kRegression);
  }
  return codes;
}

}  // namespace ndbench
