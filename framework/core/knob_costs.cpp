#include "core/knob_costs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "core/statistics.h"
#include "core/step_cost.h"

namespace ndbench {
namespace {

/// Seconds of a step by replica.
using Times = std::map<int, double>;

/// The modes of one group that take part in splitting one cost.
struct Split {
  std::string group;
  std::string mode;
  std::string reference;
  std::vector<KnobCost> knobs{};
  std::map<std::string, Times> times{};  ///< by mode
  Tooling reference_tooling{};
  Tooling tooling{};
};

/// What was asked to be added up and taken away: each mode's time with a factor.
using Terms = std::vector<std::pair<std::string, int>>;

const TimeDifference kUnknown{NAN, {NAN, NAN}, NAN, {NAN, NAN}, 0};

/// Over the replicas of which there are all terms and the reference.
TimeDifference difference(const Split& split, const Terms& terms) {
  std::vector<double> seconds;
  std::vector<double> shares;
  const auto reference = split.times.find(split.reference);
  if (reference == split.times.end()) return kUnknown;
  for (const auto& [replica, base] : reference->second) {
    double sum = 0.0;
    bool is_complete = true;
    for (const auto& [mode, factor] : terms) {
      const auto times = split.times.find(mode);
      is_complete = is_complete && times != split.times.end() && times->second.contains(replica);
      if (!is_complete) break;
      sum += factor * times->second.at(replica);
    }
    if (!is_complete) continue;
    seconds.push_back(sum);
    shares.push_back(sum / base);
  }
  return {median(seconds), median_interval(seconds), median(shares), median_interval(shares),
          seconds.size()};
}

std::string setting_of(const Tooling& tooling, const std::string& knob) {
  const auto found = tooling.find(knob);
  if (found == tooling.end()) return "as shipped";
  const std::string text = text_of(found->second);
  return text.empty() ? "unset" : text;
}

/// Every cost that the records split, with its knobs and times.
std::vector<Split> splits_of(std::span<const Record* const> records) {
  std::vector<Split> splits;
  for (const Record* one : records) {
    const Record& record = *one;
    if (!record.cell.mode.part) continue;
    const KnobPart& part = *record.cell.mode.part;
    const std::string group = record.cell.group_name();
    auto split = std::find_if(splits.begin(), splits.end(), [&](const Split& known) {
      return known.group == group && known.mode == part.mode;
    });
    if (split == splits.end()) {
      splits.push_back({group, part.mode, part.reference});
      split = splits.end() - 1;
    }
    if (part.is_in_order) continue;  // each of those has one of the other kind
    const bool is_known = std::any_of(split->knobs.begin(), split->knobs.end(),
                                      [&](const KnobCost& cost) { return cost.knob == part.knob; });
    if (!is_known) split->knobs.push_back({part.knob, "", kUnknown, kUnknown, ""});
  }
  for (Split& split : splits) {
    for (const Record* one : records) {
      const Record& record = *one;
      if (record.cell.group_name() != split.group) continue;
      const Mode& mode = record.cell.mode;
      if (mode.name == split.reference) split.reference_tooling = mode.tooling;
      if (mode.name == split.mode) split.tooling = mode.tooling;
      if (is_complete(record)) {
        split.times[mode.name][record.replica] = undisturbed_seconds(record);
      } else if (mode.part && mode.part->mode == split.mode && !mode.part->is_in_order) {
        for (KnobCost& cost : split.knobs) {
          if (cost.knob == mode.part->knob) cost.problem = record.outcome.reason;
        }
      }
    }
  }
  return splits;
}

KnobCosts costs_of(Split split) {
  const auto only = [&](const std::string& knob) { return split.mode + ".only-" + knob; };
  const auto upto = [&](const std::string& knob) { return split.mode + ".upto-" + knob; };
  std::string before = split.reference;
  Terms interaction{{split.mode, 1}, {split.reference, -1}};
  for (std::size_t place = 0; place < split.knobs.size(); ++place) {
    KnobCost& cost = split.knobs[place];
    cost.setting = fmt::format("{} → {}", setting_of(split.reference_tooling, cost.knob),
                               setting_of(split.tooling, cost.knob));
    cost.alone = difference(split, {{only(cost.knob), 1}, {split.reference, -1}});
    cost.in_order = kUnknown;
    if (!cost.problem.empty()) continue;
    // The two ends of the order are measured under other names: see knob_modes().
    const std::string here = place + 1 == split.knobs.size() ? split.mode
                             : before == split.reference     ? only(cost.knob)
                                                             : upto(cost.knob);
    cost.in_order = difference(split, {{here, 1}, {before, -1}});
    before = here;
    interaction.emplace_back(only(cost.knob), -1);
    interaction.emplace_back(split.reference, 1);
  }
  return {split.group,
          split.mode,
          split.reference,
          std::move(split.knobs),
          difference(split, {{split.mode, 1}, {split.reference, -1}}),
          difference(split, interaction)};
}

}  // namespace

std::vector<KnobCosts> knob_costs(std::span<const Record* const> records) {
  std::vector<KnobCosts> result;
  for (Split& split : splits_of(records)) result.push_back(costs_of(std::move(split)));
  return result;
}

}  // namespace ndbench
