#include "core/disturbance.h"

#include <fmt/format.h>

namespace ndbench {

std::string Disturbance::text() const {
  if (disturbed == 0 && still == 0) return "";
  if (are_epochs) {
    return fmt::format("{} of {} epochs disturbed ({}); epochs are not measured again", still,
                       blocks, reason);
  }
  return fmt::format("{} of {} blocks disturbed ({}) and measured again; {} still disturbed",
                     disturbed, blocks, reason, still);
}

Disturbance disturbance_in(std::span<const Record* const> records) {
  Disturbance result;
  const auto count_first = [&result](const MeasuredBlock& block) {
    if (block.times_before > 0 || block.disturbed.empty()) return;
    ++result.disturbed;
    if (result.reason.empty()) result.reason = block.disturbed;
  };
  for (const Record* record : records) {
    result.are_epochs = record->cell.scope == ScopeKind::kEpoch;
    result.blocks += record->blocks.size();
    for (const MeasuredBlock& block : record->discarded) count_first(block);
    for (const MeasuredBlock& block : record->blocks) {
      count_first(block);
      if (block.disturbed.empty()) continue;
      ++result.still;
      if (result.reason.empty()) result.reason = block.disturbed;
    }
  }
  return result;
}

}  // namespace ndbench
