#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "core/html_elements.h"
#include "core/html_sections.h"
#include "core/statistics.h"
#include "core/step_cost.h"
#include "core/summary_text.h"

namespace ndbench {
namespace {

using nlohmann::json;
using Cells = std::map<std::string, std::vector<const Record*>>;

constexpr std::size_t kMostCurves = 60;  // lines in a chart

std::vector<const Record*> replicas_of(const Cells& cells, const GroupSummary& group,
                                       const ModeSummary& mode) {
  const auto found = cells.find(cell_name(group, mode));
  std::vector<const Record*> replicas;
  if (found == cells.end()) return replicas;
  std::copy_if(found->second.begin(), found->second.end(), std::back_inserter(replicas),
               [](const Record* record) { return is_complete(*record); });
  return replicas;
}

/// Steps of one epoch; 0 where the trace does not tell.
double steps_per_epoch(const Record& record) {
  if (record.trace.empty() || record.epochs.empty()) return 0.0;
  return static_cast<double>(record.trace.back().step) / static_cast<double>(record.epochs.size());
}

/// Where the replicas of a mode part, as a place on the axis of epochs.
void add_mark(const ModeSummary& mode, const Record& record, json& marks) {
  const std::vector<Parting>& partings = mode.divergence.partings;
  const double steps = steps_per_epoch(record);
  if (partings.empty() || steps <= 0.0) return;
  const auto first = std::min_element(partings.begin(), partings.end(),
                                      [](const auto& a, const auto& b) { return a.at < b.at; });
  marks.push_back({{"x", static_cast<double>(first->at) / steps},
                   {"text", fmt::format("{} part {}", mode.mode, where(*first))}});
}

json curves(const GroupSummary& group, const Cells& cells) {
  json series = json::array();
  json marks = json::array();
  for (std::size_t color = 0; color < group.modes.size(); ++color) {
    const std::vector<const Record*> replicas = replicas_of(cells, group, group.modes[color]);
    for (const Record* record : replicas) {
      if (series.size() >= kMostCurves) break;
      json points = json::array();
      for (std::size_t epoch = 0; epoch < record->epochs.size(); ++epoch) {
        const double quality = record->epochs[epoch].evaluation.value;
        points.push_back({{"x", epoch + 1},
                          {"y", quality},
                          {"text", fmt::format("replica {}, epoch {}: {}", record->replica,
                                               epoch + 1, number_text(quality))}});
      }
      series.push_back({{"label", group.modes[color].mode}, {"color", color}, {"points", points}});
    }
    if (!replicas.empty()) add_mark(group.modes[color], *replicas.front(), marks);
  }
  return {{"kind", "lines"}, {"x", "epoch"},     {"y", metric_of(group)},
          {"xs", {0, 1}},    {"series", series}, {"marks", marks}};
}

/// Mean and spread after each epoch.
TextTable curve_table(const GroupSummary& group, const Cells& cells) {
  TextTable table{
      .header = {"epoch", "mode", "mean", "std", "lowest", "highest", "loss, mean", "n"}};
  for (const ModeSummary& mode : group.modes) {
    const std::vector<const Record*> replicas = replicas_of(cells, group, mode);
    for (std::size_t epoch = 0;; ++epoch) {
      std::vector<double> qualities;
      std::vector<double> losses;
      for (const Record* record : replicas) {
        if (epoch >= record->epochs.size()) continue;
        qualities.push_back(record->epochs[epoch].evaluation.value);
        losses.push_back(record->epochs[epoch].loss);
      }
      if (qualities.empty()) break;
      const auto [low, high] = std::minmax_element(qualities.begin(), qualities.end());
      table.rows.push_back({fmt::format("{}", epoch + 1), mode.mode, number_text(mean(qualities)),
                            number_text(sample_standard_deviation(qualities)), number_text(*low),
                            number_text(*high), number_text(mean(losses)),
                            fmt::format("{}", qualities.size())});
    }
  }
  return table;
}

std::string curves_html(const GroupSummary& group, const Cells& cells, bool is_drawn,
                        HtmlCharts& charts) {
  if (group.scope != "epoch") return "";
  std::string html;
  const TextTable table = curve_table(group, cells);
  const bool has_curve = std::any_of(table.rows.begin(), table.rows.end(),
                                     [](const auto& row) { return row.front() != "1"; });
  if (has_curve && is_drawn) {
    html += charts.add(curves(group, cells),
                       fmt::format("{}: {} of each replica after each epoch; a vertical line is "
                                   "where replicas first differ by a bit",
                                   group.name, metric_of(group)));
  }
  return html + html_table(table, metric_of(group) + " after each epoch");
}

}  // namespace

HtmlSection curves_section(const Report& report, HtmlCharts& charts) {
  const Cells cells = records_by_cell(report.run);
  HtmlSection section{"curves", "Learning curves, and where replicas part", ""};
  std::size_t groups = 0;
  std::size_t epochs = 0;
  std::string html;
  for (const GroupSummary& group : report.run.summary.groups) {
    const bool is_drawn = groups < kMostPlots;
    const std::string body =
        curves_html(group, cells, is_drawn, charts) + divergence_html(group, is_drawn, charts);
    if (body.empty()) continue;
    ++groups;
    html += html_fold(group.name,
                      body + html_command("Measure again:", report.run.command_for(group.name)),
                      group.scope == "epoch" && ++epochs == 1);
  }
  section.html = html.empty() ? html_paragraph("Fewer than two replicas were traced.") : html;
  const std::string text = drawn_text(std::min(groups, kMostPlots), groups);
  if (!text.empty()) section.html += html_paragraph(text);
  return section;
}

}  // namespace ndbench
