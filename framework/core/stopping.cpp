#include "core/stopping.h"

#include <fmt/format.h>

namespace ndbench {
namespace {

/// Written so that the NaN of too few pairs does not pass.
bool is_met(const StoppingRule& rule, const ModeCost& mode) {
  return mode.ratio.half_width() <= rule.precision;
}

std::string shortfall(const StoppingRule& rule, const ModeCost& mode) {
  const Ratio& ratio = mode.ratio;
  const std::size_t needed = pairs_needed(ratio, rule.precision);
  if (needed == 0) {
    return fmt::format("overhead of {} is not known: {} pairs are too few for an interval",
                       mode.mode, ratio.pairs);
  }
  const double known = 100.0 * ratio.half_width();
  const double wanted = 100.0 * rule.precision;
  std::string known_text;
  std::string wanted_text;
  for (int digits = 2; known_text == wanted_text && digits < 17; ++digits) {
    known_text = fmt::format("{:.{}g}", known, digits);
    wanted_text = fmt::format("{:.{}g}", wanted, digits);
  }
  constexpr std::size_t kCountless = 100'000;
  const std::string missing =
      needed > kCountless
          ? "more replicas than are feasible"
          : fmt::format("about {} more replicas",
                        needed > ratio.pairs ? needed - ratio.pairs : std::size_t{1});
  return fmt::format("overhead of {} is known to ±{} %, not ±{} %; {}", mode.mode, known_text,
                     wanted_text, missing);
}

}  // namespace

StoppingDecision decide(const StoppingRule& rule, const GroupCost& cost, int replicas,
                        double seconds) {
  if (replicas < rule.least) return {};
  std::string unmet;
  for (const ModeCost& mode : cost.modes) {
    if (is_met(rule, mode)) continue;
    if (!unmet.empty()) unmet += "; ";
    unmet += shortfall(rule, mode);
  }
  if (unmet.empty()) return {.stop = true};
  if (seconds >= rule.time_cap) {
    return {true, fmt::format("stopped after {:.0f} s: {}", seconds, unmet)};
  }
  if (replicas >= rule.most) {
    return {true, fmt::format("stopped after {} replicas: {}", replicas, unmet)};
  }
  return {};
}

}  // namespace ndbench
