#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "core/knob_costs.h"
#include "core/markdown_text.h"
#include "core/summary_text.h"

namespace ndbench {
namespace {

/// "+0.42" milliseconds; "" for no pairs.
std::string milliseconds(const TimeDifference& time) {
  return time.pairs == 0 ? "" : fmt::format("{:+.3g}", 1e3 * time.seconds);
}

/// "+3.4 [+1.2, +5.6]"; without the interval for too few pairs, "" for none.
std::string share(const TimeDifference& time) {
  if (time.pairs == 0) return "";
  if (std::isnan(time.share_interval.low)) return percent(time.share);
  return fmt::format("{} [{}, {}]", percent(time.share), percent(time.share_interval.low),
                     percent(time.share_interval.high));
}

/// What the columns cannot say.
std::string notes(const KnobCosts& costs, const char* line, std::string (*safe)(std::string_view)) {
  std::string text;
  for (const KnobCost& cost : costs.knobs) {
    if (cost.problem.empty()) continue;
    text += fmt::format(fmt::runtime(line),
                        fmt::format("{}: not measured: {}", cost.knob, safe(cost.problem)));
  }
  if (costs.total.pairs < kFewestForMedian) {
    text += fmt::format(fmt::runtime(line),
                        fmt::format("no intervals: they need {} replicas, there are {}",
                                    kFewestForMedian, costs.total.pairs));
  }
  return text;
}

}  // namespace

std::string console_knob_costs(const std::vector<KnobCosts>& all) {
  if (all.empty()) return "";
  std::string text = "\nCost by knob, in the time of a step\n";
  const auto line = [&](std::string_view name, std::string_view alone_ms, std::string_view alone,
                        std::string_view in_order) {
    text += fmt::format("  {:<19} {:>8}  ", name, alone_ms);
    text +=
        in_order.empty() ? fmt::format("{}\n", alone) : fmt::format("{:<23} {}\n", alone, in_order);
  };
  for (const KnobCosts& costs : all) {
    text += fmt::format("{}: {} against {}\n", plain(costs.group), plain(costs.mode),
                        plain(costs.reference));
    line("", "alone ms", "alone % [95 %]", "in order % [95 %]");
    for (const KnobCost& cost : costs.knobs) {
      if (!cost.problem.empty()) continue;
      line(cost.knob, milliseconds(cost.alone), share(cost.alone), share(cost.in_order));
    }
    line("interaction", milliseconds(costs.interaction), share(costs.interaction), "");
    line("total", milliseconds(costs.total), share(costs.total), "");
    text += notes(costs, "  {}\n", plain);
  }
  return text +
         "\nalone = one knob on top of the reference; in order = on top of the knobs above;\n"
         "interaction = total - what the knobs cost alone; % of the reference's time.\n";
}

std::string markdown_knob_costs(const std::vector<KnobCosts>& all) {
  if (all.empty()) return "";
  std::string text = "\n## Cost by knob\n";
  for (const KnobCosts& costs : all) {
    text += fmt::format(
        "\n{}: {} against {}, in the time of a step.\n\n"
        "| knob | setting | alone, ms | alone, % [95 %] | in order, % [95 %] |\n"
        "|---|---|--:|--:|--:|\n",
        markdown_code(costs.group), markdown_code(costs.mode), markdown_code(costs.reference));
    for (const KnobCost& cost : costs.knobs) {
      if (!cost.problem.empty()) continue;
      text += fmt::format("| `{}` | {} | {} | {} | {} |\n", cost.knob, markdown_text(cost.setting),
                          milliseconds(cost.alone), share(cost.alone), share(cost.in_order));
    }
    text += fmt::format("| interaction | | {} | {} | |\n", milliseconds(costs.interaction),
                        share(costs.interaction));
    text +=
        fmt::format("| **total** | | {} | {} | |\n", milliseconds(costs.total), share(costs.total));
    const std::string below = notes(costs, "- {}\n", markdown_text);
    if (!below.empty()) text += "\n" + below;
  }
  return text +
         "\nAlone: one knob on top of the reference. In order: on top of the knobs above. "
         "Interaction: the total without what the knobs cost alone. Per cent of the reference's "
         "time.\n";
}

}  // namespace ndbench
