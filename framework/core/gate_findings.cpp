#include "core/gate_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "core/change_points.h"

namespace ndbench {
namespace {

/// With every further run a change may turn out to have begun a few runs earlier or later.
constexpr std::size_t kShift = 3;

}  // namespace

std::optional<Finding> finding_in(const History& history) {
  const std::span<const double> all(history.values);
  if (all.size() < 2) return std::nullopt;
  const auto known = change_points(all.first(all.size() - 1), {});
  for (const ChangePoint& point : change_points(all, {})) {
    const bool is_known = std::any_of(known.begin(), known.end(), [&](const ChangePoint& other) {
      const std::size_t distance =
          std::max(other.index, point.index) - std::min(other.index, point.index);
      return distance <= kShift && (other.change() > 0.0) == (point.change() > 0.0);
    });
    if (is_known) continue;
    const bool rises = point.mean_after > point.mean_before;
    return Finding{
        .kind = rises == history.higher_is_better ? Finding::Kind::kBetter : Finding::Kind::kWorse,
        .name = history.name,
        .target = history.target,
        .quantity = history.quantity,
        .before = point.mean_before,
        .after = point.mean_after,
        .change = point.change(),
        .p = point.p,
        .runs = all.size(),
        .since = all.size() - point.index,
        .commit_before = history.commits[point.index - 1]};
  }
  return std::nullopt;
}

std::optional<Finding> finding_in(const StateHistory& history) {
  if (history.before == history.now) return std::nullopt;
  return Finding{.kind = Finding::Kind::kDrift,
                 .name = history.name,
                 .target = history.target,
                 .quantity = "state",
                 .commit_before = history.commit_before,
                 .states = fmt::format("{} → {}", history.before, history.now)};
}

void sort_by_weight(std::vector<Finding>& findings) {
  const auto weight = [](const Finding& finding) {
    if (finding.kind == Finding::Kind::kDrift) return 0.0;
    const double change = std::abs(std::log(finding.after / finding.before));
    return std::isfinite(change) ? change : std::numeric_limits<double>::infinity();
  };
  std::stable_sort(findings.begin(), findings.end(), [&](const Finding& a, const Finding& b) {
    return a.kind != b.kind ? a.kind < b.kind : weight(a) > weight(b);
  });
}

ExitCodes exit_codes_of(const std::vector<Finding>& findings) {
  ExitCodes codes;
  for (const Finding& finding : findings) {
    if (finding.kind == Finding::Kind::kDrift) codes.add(ExitCode::kDeterminismBreach);
    if (finding.kind == Finding::Kind::kWorse) codes.add(ExitCode::kRegression);
  }
  return codes;
}

}  // namespace ndbench
