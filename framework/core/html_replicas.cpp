#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <map>

#include "core/html_elements.h"
#include "core/html_sections.h"
#include "core/intervals.h"
#include "core/statistics.h"
#include "core/step_cost.h"
#include "core/summary_text.h"
#include "core/tradeoff.h"

namespace ndbench {
namespace {

using Replicas = std::vector<const Record*>;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Milliseconds of a step in each replica, or of an epoch.
std::vector<double> times(const Replicas& records) {
  std::vector<double> values;
  for (const Record* record : records) {
    if (is_complete(*record)) values.push_back(1e3 * record->real_seconds());
  }
  return values;
}

PlotRow time_row(const ModeSummary& mode, std::vector<double> values, std::size_t color) {
  const double middle = values.empty() ? kNaN : median(values);
  const Interval interval = median_interval(values);
  return {.label = mode.mode,
          .value = fmt::format("median {:.4g} ms{}, n\u00a0=\u00a0{}", middle,
                               interval_text(interval, 2), values.size()),
          .center = middle,
          .interval = interval,
          .dots = std::move(values),
          .color = color};
}

PlotRow result_row(const ModeSummary& mode, std::size_t color) {
  const Sample& quality = mode.spread->quality;
  return {.label = mode.mode,
          .value = fmt::format("{}, n\u00a0=\u00a0{}", quality_text(mode), mode.replicas),
          .center = quality.mean,
          .interval = quality.mean_interval,
          .dots = quality.values,
          .color = color};
}

std::string strips(const GroupSummary& group, const std::map<std::string, Replicas>& records) {
  const std::string unit = group.scope == "step" ? "a step" : "an epoch";
  Plot results{.caption = fmt::format("Result of each replica: {}; the dot with a line is the mean "
                                      "with its 95 % interval",
                                      metric_of(group))};
  Plot durations{.caption = fmt::format("Time of {} in each replica, ms; the dot with a line is "
                                        "the median with its 95 % interval",
                                        unit)};
  for (std::size_t color = 0; color < group.modes.size(); ++color) {
    const ModeSummary& mode = group.modes[color];
    if (mode.spread) results.rows.push_back(result_row(mode, color));
    const auto found = records.find(cell_name(group, mode));
    if (found != records.end())
      durations.rows.push_back(time_row(mode, times(found->second), color));
  }
  return html_plot(results) + html_plot(durations);
}

}  // namespace

std::string drawn_text(std::size_t drawn, std::size_t all) {
  if (drawn >= all) return "";
  return fmt::format("The first {} of {} are drawn; the tables have all.", drawn, all);
}

std::string cell_name(const GroupSummary& group, const ModeSummary& mode) {
  return fmt::format("{}/{}/{}/{}", group.model, group.backend, mode.mode, group.scope);
}

std::map<std::string, std::vector<const Record*>> records_by_cell(const MeasuredRun& run) {
  std::map<std::string, std::vector<const Record*>> cells;
  for (const Record& record : run.records) cells[record.cell.name()].push_back(&record);
  return cells;
}

HtmlSection replicas_section(const Report& report) {
  const auto records = records_by_cell(report.run);
  HtmlSection section{"replicas", "Replicas", ""};
  std::size_t groups = 0;
  for (const GroupSummary& group : report.run.summary.groups) {
    if (group.modes.empty() || ++groups > kMostPlots) continue;
    section.html += html_fold(
        group.name,
        strips(group, records) + html_command("Measure again:", report.run.command_for(group.name)),
        groups <= 4);
  }
  if (groups == 0) section.html = html_paragraph("No replica ended well.");
  const std::string text = drawn_text(std::min(groups, kMostPlots), groups);
  if (!text.empty()) section.html += html_paragraph(text);
  return section;
}

}  // namespace ndbench
