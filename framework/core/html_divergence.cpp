#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/html_elements.h"
#include "core/html_sections.h"

namespace ndbench {
namespace {

using nlohmann::json;

/// How the distance from replica 0 grows by step, on logarithmic axes.
json growth(const GroupSummary& group) {
  json series = json::array();
  for (std::size_t color = 0; color < group.modes.size(); ++color) {
    json points = json::array();
    for (const GrowthRow& row : group.modes[color].divergence.growth) {
      const auto weights = row.of_kind.find("weights");
      if (weights == row.of_kind.end() || row.step < 1) continue;
      if (!(weights->second.distance > 0.0)) continue;
      points.push_back({{"x", row.step}, {"y", weights->second.distance}});
    }
    if (points.empty()) continue;
    series.push_back({{"label", group.modes[color].mode}, {"color", color}, {"points", points}});
  }
  if (series.empty()) return nullptr;
  return {{"kind", "lines"},
          {"x", "step"},
          {"y", "distance of the weights"},
          {"log", "xy"},
          {"series", series}};
}

TextTable growth_table(const GroupSummary& group) {
  TextTable table{.header = {"step", "mode", "replicas", "distance of the weights",
                             "scaled to length 1", "V_c", "V_ermv"}};
  for (const ModeSummary& mode : group.modes) {
    if (mode.divergence.partings.empty()) continue;
    for (const GrowthRow& row : mode.divergence.growth) {
      const auto weights = row.of_kind.find("weights");
      if (weights == row.of_kind.end()) continue;
      const MedianDifference& median = weights->second;
      const auto text = [](double value) {
        return std::isnan(value) ? "" : fmt::format("{:.2g}", value);
      };
      table.rows.push_back({fmt::format("{}", row.step), mode.mode, fmt::format("{}", row.replicas),
                            text(median.distance), text(median.normalized_distance),
                            text(median.v_c), text(median.v_ermv)});
    }
  }
  return table;
}

std::string partings_html(const GroupSummary& group) {
  std::string html;
  for (const ModeSummary& mode : group.modes) {
    if (const std::string text = divergence_text(mode.divergence); !text.empty()) {
      html += html_paragraph(
          fmt::format("{}: {} (n = {}).", mode.mode, text, mode.divergence.replicas));
    }
    if (!mode.divergence.partings.empty() && !mode.divergence.not_measured.empty()) {
      html += html_paragraph(fmt::format("{}: growth not measured throughout: {}", mode.mode,
                                         mode.divergence.not_measured));
    }
  }
  return html;
}

}  // namespace

std::string divergence_html(const GroupSummary& group, bool is_drawn, HtmlCharts& charts) {
  std::string html = partings_html(group);
  const json distances = growth(group);
  if (!distances.is_null() && is_drawn) {
    html += charts.add(distances, group.name +
                                      ": Euclidean distance of the weights from replica 0, median "
                                      "over the other replicas");
  }
  const TextTable table = growth_table(group);
  if (!table.rows.empty()) {
    html += html_fold(fmt::format("Distance from replica 0 at {} steps", table.rows.size()),
                      html_table(table, "Distance from replica 0, median over the other replicas"));
  }
  return html;
}

}  // namespace ndbench
