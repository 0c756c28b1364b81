#include <fmt/format.h>

#include <cmath>

#include "core/html_elements.h"
#include "core/html_sections.h"
#include "core/summary_text.h"

namespace ndbench {
namespace {

/// "+3.4 % [+1.2, +5.6]"; without the interval for too few pairs, "" for none.
std::string share_text(const TimeDifference& time) {
  if (time.pairs == 0) return "";
  if (std::isnan(time.share_interval.low)) return percent(time.share) + " %";
  return fmt::format("{} % [{}, {}]", percent(time.share), percent(time.share_interval.low),
                     percent(time.share_interval.high));
}

std::string milliseconds(const TimeDifference& time) {
  return time.pairs == 0 ? "" : fmt::format("{:+.3g}", 1e3 * time.seconds);
}

PlotRow plot_row(const std::string& label, const TimeDifference& time, std::size_t color) {
  return {.label = label,
          .value = fmt::format("{}, n\u00a0=\u00a0{}", share_text(time), time.pairs),
          .center = 100.0 * time.share,
          .interval = {100.0 * time.share_interval.low, 100.0 * time.share_interval.high},
          .color = color};
}

std::vector<std::string> row(const std::string& name, const std::string& setting,
                             const TimeDifference& alone, const std::string& in_order) {
  return {name,
          setting,
          milliseconds(alone),
          share_text(alone),
          in_order,
          fmt::format("{}", alone.pairs)};
}

std::string costs_html(const KnobCosts& costs) {
  Plot plot{.caption =
                "Cost of one knob on top of the reference, % of its time of a step, with 95 "
                "% intervals",
            .mark = 0.0};
  TextTable table{
      .header = {"knob", "setting", "alone, ms", "alone [95 %]", "in order [95 %]", "n"}};
  std::string problems;
  for (const KnobCost& cost : costs.knobs) {
    if (!cost.problem.empty()) {
      problems += html_paragraph(fmt::format("{}: not measured: {}", cost.knob, cost.problem));
      continue;
    }
    plot.rows.push_back(plot_row(cost.knob, cost.alone, 0));
    table.rows.push_back(row(cost.knob, cost.setting, cost.alone, share_text(cost.in_order)));
  }
  plot.rows.push_back(plot_row("interaction", costs.interaction, 7));
  plot.rows.push_back(plot_row("total", costs.total, 1));
  table.rows.push_back(row("interaction", "", costs.interaction, ""));
  table.rows.push_back(row("total", "", costs.total, ""));
  return html_plot(plot) +
         html_table(table,
                    "Alone: one knob on top of the reference. In order: on top of the knobs "
                    "above. Interaction: the total without what the knobs cost alone.") +
         problems;
}

}  // namespace

HtmlSection knobs_section(const Report& report) {
  HtmlSection section{"knobs", "Cost by knob", ""};
  for (const GroupSummary& group : report.run.summary.groups) {
    for (const KnobCosts& costs : group.knob_costs) {
      section.html += html_fold(
          fmt::format("{}: {} against {}", costs.group, costs.mode, costs.reference),
          costs_html(costs) + html_command("Measure again:", report.run.command_for(costs.group)),
          section.html.empty());
    }
  }
  if (section.html.empty()) {
    section.html = html_paragraph(
        "The suite does not ask which knob costs how much; cost_by_knob in its [step] does.");
  }
  return section;
}

}  // namespace ndbench
