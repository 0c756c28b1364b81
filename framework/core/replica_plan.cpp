#include "core/replica_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/statistics.h"
#include "core/two_samples.h"

namespace ndbench {

double replica_seconds(const Record& record) {
  double seconds = record.prepare_seconds;
  if (record.cell.scope == ScopeKind::kEpoch) {
    for (const EpochSample& epoch : record.epochs) {
      seconds += epoch.train_seconds + epoch.evaluate_seconds;
    }
    return seconds;
  }
  // Warm-up and the untimed first step of each block take the time of a timed step, more or less.
  const double steps =
      static_cast<double>(std::max(record.steps.losses.size(), record.steps.seconds.size()));
  return seconds + steps * median(record.steps.seconds);
}

double detectable_effect(std::size_t replicas) {
  if (replicas < 2) return std::numeric_limits<double>::quiet_NaN();
  // replicas_for_effect() falls as the effect grows: bisect for the smallest that is enough,
  // between those of 15 million replicas and of two.
  double low = 1e-3;
  double high = 64.0;
  while (high - low > 1e-6 * high) {
    const double middle = (low + high) / 2.0;
    (replicas_for_effect(middle) <= replicas ? high : low) = middle;
  }
  return high;
}

ReplicaPlan plan_replicas(const PlanRequest& request) {
  ReplicaPlan plan{.replicas = request.replicas,
                   .seconds_per_replica = request.seconds_per_replica,
                   .needs = {}};
  const auto add = [&](std::string verdict, std::size_t needed) {
    if (needed > request.replicas) plan.needs.push_back({std::move(verdict), needed});
  };
  if (!request.costs.empty()) {
    add("the cost", kFewestForMedian);
    std::size_t most = 0;
    for (const Ratio& cost : request.costs) {
      if (!(cost.half_width() <= request.precision)) {
        most = std::max(most, pairs_needed(cost, request.precision));
      }
    }
    add(fmt::format("the cost to ±{:g} %", 100.0 * request.precision), most);
  }
  if (request.has_spread) {
    add(request.compares_spreads ? "the spread, and spreads between modes" : "the spread",
        kFewestForSpread);
  }
  std::stable_sort(plan.needs.begin(), plan.needs.end(),
                   [](const Need& a, const Need& b) { return a.needed < b.needed; });
  return plan;
}

std::string duration_text(double seconds) {
  const auto about = [](double value, const char* unit) {
    return fmt::format("about {:.0f} {}", std::max(1.0, std::ceil(value)), unit);
  };
  if (seconds <= 90.0) return about(seconds, "s");
  if (seconds <= 90.0 * 60.0) return about(seconds / 60.0, "min");
  if (seconds <= 48.0 * 3600.0) return about(seconds / 3600.0, "h");
  return about(seconds / 86400.0, "days");
}

std::string need_text(const ReplicaPlan& plan, const Need& need) {
  constexpr std::size_t kMost = 100'000;  // that a suite can ask for
  if (need.needed > kMost) return fmt::format("{}: more than {} replicas", need.verdict, kMost);
  const std::size_t more = need.needed - plan.replicas;
  return fmt::format("{}: {} more replica{}, {}", need.verdict, more, more == 1 ? "" : "s",
                     duration_text(plan.seconds(need)));
}

}  // namespace ndbench
