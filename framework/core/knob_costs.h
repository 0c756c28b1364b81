#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/intervals.h"
#include "core/record.h"

namespace ndbench {

/// Time that a step takes longer, from the differences of replicas that were measured together.
struct TimeDifference {
  double seconds;     ///< median; NaN for no pairs
  Interval interval;  ///< of `seconds`, median_interval()
  double share;       ///< median of the differences as shares of the reference's time
  Interval share_interval;
  std::size_t pairs;
};

/// What one knob costs.
struct KnobCost {
  std::string knob;
  std::string setting;      ///< what is compared: "false → true", "as shipped → 2"
  TimeDifference alone;     ///< the reference with this knob alone, against the reference
  TimeDifference in_order;  ///< with all knobs up to this one, against all before it
  std::string problem;  ///< why it was not measured, if it was not: "backend … has no knob …"
};

/// The time between two modes, split over the knobs in which their tooling differs.
struct KnobCosts {
  std::string group;            ///< "resnet8/onednn/step"
  std::string mode;             ///< whose cost is split
  std::string reference;        ///< against which it costs
  std::vector<KnobCost> knobs;  ///< in the order of knobs()
  TimeDifference total;         ///< the mode against the reference
  TimeDifference interaction;   ///< the total without what all knobs cost alone
};

/// For each group and mode that `records` have parts of, in their order.
///
/// Pairs are replicas of one number that both ended well; the differences of one replica are taken
/// before the median over replicas, so the medians add up only about.
[[nodiscard]] std::vector<KnobCosts> knob_costs(std::span<const Record* const> records);

/// A block of 80 columns for each, or "" for none.
[[nodiscard]] std::string console_knob_costs(const std::vector<KnobCosts>& costs);

/// A section of a Markdown page with a table for each, or "" for none.
[[nodiscard]] std::string markdown_knob_costs(const std::vector<KnobCosts>& costs);

}  // namespace ndbench
