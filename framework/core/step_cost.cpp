#include "core/step_cost.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/statistics.h"

namespace ndbench {
namespace {

/// NaN or an infinity where one of the times is not a positive number.
double log_ratio(double mode, double reference) { return std::log(mode) - std::log(reference); }

double log_ratio_of_blocks(const Record& mode, const Record& reference) {
  std::vector<double> all;
  std::vector<double> undisturbed;
  for (const MeasuredBlock& block : mode.blocks) {
    const auto partner =
        std::find_if(reference.blocks.begin(), reference.blocks.end(),
                     [&](const MeasuredBlock& other) { return other.block == block.block; });
    if (partner == reference.blocks.end()) continue;
    all.push_back(log_ratio(median(block.seconds), median(partner->seconds)));
    if (block.disturbed.empty() && partner->disturbed.empty()) undisturbed.push_back(all.back());
  }
  return median(undisturbed.empty() ? all : undisturbed);
}

}  // namespace

bool is_complete(const Record& record) {
  if (record.state.hash.empty() || record.iterations() == 0) return false;
  const double seconds = record.real_seconds();
  return std::isfinite(seconds) && seconds > 0.0;
}

double undisturbed_seconds(const Record& record) {
  std::vector<double> seconds;
  for (const MeasuredBlock& block : record.blocks) {
    if (!block.disturbed.empty()) continue;
    seconds.insert(seconds.end(), block.seconds.begin(), block.seconds.end());
  }
  if (seconds.empty()) return record.real_seconds();
  return record.cell.scope == ScopeKind::kStep ? median(seconds) : mean(seconds);
}

std::optional<double> log_time_ratio(const Record& mode, const Record& reference) {
  if (!is_complete(mode) || !is_complete(reference)) return std::nullopt;
  if (!mode.has_times_to_compare() || !reference.has_times_to_compare()) return std::nullopt;
  const bool has_blocks = !mode.blocks.empty() && !reference.blocks.empty();
  const double result = has_blocks ? log_ratio_of_blocks(mode, reference)
                                   : log_ratio(mode.real_seconds(), reference.real_seconds());
  if (!std::isfinite(result)) return std::nullopt;
  return result;
}

std::vector<double> log_time_ratios(std::span<const Record* const> mode,
                                    std::span<const Record* const> reference) {
  std::vector<double> result;
  for (const Record* record : mode) {
    const auto partner = std::find_if(reference.begin(), reference.end(), [&](const Record* other) {
      return other->replica == record->replica;
    });
    if (partner == reference.end()) continue;
    if (const auto ratio = log_time_ratio(*record, **partner)) result.push_back(*ratio);
  }
  return result;
}

GroupCost cost_of(std::span<const Record* const> group) {
  std::vector<Mode> modes;
  std::vector<std::vector<const Record*>> records;
  for (const Record* record : group) {
    if (!is_complete(*record)) continue;
    const auto found = std::find_if(modes.begin(), modes.end(), [&](const Mode& mode) {
      return mode.name == record->cell.mode.name;
    });
    if (found == modes.end()) {
      modes.push_back(record->cell.mode);
      records.push_back({record});
    } else {
      records[static_cast<std::size_t>(found - modes.begin())].push_back(record);
    }
  }
  if (modes.empty()) return {};
  const std::size_t reference = reference_mode(modes);
  GroupCost cost{modes[reference].name, {}};
  for (std::size_t mode = 0; mode < modes.size(); ++mode) {
    // Where replicas have other threads their time says nothing of the mode.
    if (mode == reference || modes[mode].environment || modes[reference].environment) continue;
    cost.modes.push_back(
        {modes[mode].name, ratio_of(log_time_ratios(records[mode], records[reference]))});
  }
  return cost;
}

}  // namespace ndbench
