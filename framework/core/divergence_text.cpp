#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/divergence.h"
#include "core/intervals.h"
#include "core/markdown_text.h"
#include "core/summary_text.h"

namespace ndbench {
namespace {

constexpr std::array kKinds{"weights", "gradients", "outputs"};

/// Rounded up: what it bounds stays below it. "14", "2.9"
std::string percent_above(double share) {
  const double percent = 100.0 * share;
  return percent >= 9.95 ? fmt::format("{:.0f}", std::ceil(percent))
                         : fmt::format("{:.1f}", std::ceil(10.0 * percent) / 10.0);
}

std::string number(double value) { return std::isnan(value) ? "-" : fmt::format("{:.2g}", value); }

/// The steps that are at least twice the last one shown, and the last of all.
std::vector<const GrowthRow*> thinned(const std::vector<GrowthRow>& rows) {
  std::vector<const GrowthRow*> shown;
  for (const GrowthRow& row : rows) {
    if (shown.empty() || row.step >= 2 * shown.back()->step || &row == &rows.back()) {
      shown.push_back(&row);
    }
  }
  return shown;
}

constexpr char kMissing[] = "growth not measured throughout:\n ";

}  // namespace

std::string where(const Parting& parting) {
  if (parting.at == 0) return "before the first step";
  if (parting.is_exact()) return fmt::format("at step {}", parting.at);
  if (parting.after < 0) return fmt::format("by step {}", parting.at);
  return fmt::format("between steps {} and {}", parting.after, parting.at);
}

std::string divergence_text(const Divergence& divergence) {
  if (divergence.replicas < 2) return "";
  const std::vector<Parting>& partings = divergence.partings;
  if (partings.empty()) {
    return fmt::format(
        "bitwise equal over {} replicas: at 95 % fewer than {} % of further runs differ",
        divergence.replicas, percent_above(differing_share_bound(divergence.replicas)));
  }
  const Parting first =
      *std::min_element(partings.begin(), partings.end(),
                        [](const Parting& a, const Parting& b) { return a.at < b.at; });
  const auto together =
      std::count_if(partings.begin(), partings.end(),
                    [&](const Parting& parting) { return parting.at == first.at; });
  const std::size_t others = divergence.replicas - 1;
  std::string text = fmt::format("replicas part {}", where(first));
  if (static_cast<std::size_t>(together) < others) {
    text += fmt::format(" in {} of {} cases", together, others);
  }
  if (first.by_inputs) text += ": their batches differ";
  return text;
}

std::string console_growth(const Divergence& divergence) {
  if (divergence.partings.empty()) return "";
  std::string text;
  if (!divergence.growth.empty()) {
    text += fmt::format(" {:>7} {:^35} {:^17} {:>12}\n", "", "weights", "gradients", "outputs");
    text += fmt::format(" {:>7} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8}\n", "step",
                        "distance", "scaled", "V_c", "V_ermv", "V_c", "V_ermv", "V_c", "V_ermv");
  }
  for (const GrowthRow* row : thinned(divergence.growth)) {
    text += fmt::format(" {:>7}", row->step);
    for (const char* kind : kKinds) {
      const bool is_weights = kind == kKinds.front();
      const auto found = row->of_kind.find(kind);
      if (found == row->of_kind.end()) {
        text += std::string(is_weights ? 36 : 18, ' ');
        continue;
      }
      const MedianDifference& median = found->second;
      if (is_weights) {
        text += fmt::format(" {:>8} {:>8}", number(median.distance),
                            number(median.normalized_distance));
      }
      text += fmt::format(" {:>8} {:>8}", number(median.v_c), number(median.v_ermv));
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  if (!divergence.not_measured.empty()) {
    text += fmt::format(" {}{}\n", kMissing, plain(divergence.not_measured));
  }
  return text;
}

std::string markdown_growth(const Divergence& divergence) {
  if (divergence.partings.empty()) return "";
  std::string text;
  if (!divergence.growth.empty()) {
    text +=
        "| step | replicas | weights: distance | scaled to length 1 | V_c | V_ermv | gradients: "
        "V_c "
        "| V_ermv | outputs: V_c | V_ermv |\n|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n";
  }
  for (const GrowthRow& row : divergence.growth) {
    text += fmt::format("| {} | {} |", row.step, row.replicas);
    for (const char* kind : kKinds) {
      const bool is_weights = kind == kKinds.front();
      const auto found = row.of_kind.find(kind);
      if (found == row.of_kind.end()) {
        text += is_weights ? " | | | |" : " | |";
        continue;
      }
      const MedianDifference& median = found->second;
      if (is_weights) {
        text +=
            fmt::format(" {} | {} |", number(median.distance), number(median.normalized_distance));
      }
      text += fmt::format(" {} | {} |", number(median.v_c), number(median.v_ermv));
    }
    text += '\n';
  }
  if (!divergence.not_measured.empty()) {
    text += fmt::format("\n{}{}\n", kMissing, markdown_text(divergence.not_measured));
  }
  return text;
}

}  // namespace ndbench
