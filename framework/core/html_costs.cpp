#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "core/html_elements.h"
#include "core/html_sections.h"
#include "core/summary_text.h"
#include "core/tradeoff.h"

namespace ndbench {
namespace {

using nlohmann::json;

Interval scaled(const Interval& interval, double factor, double shift = 0.0) {
  return {factor * (interval.low - shift), factor * (interval.high - shift)};
}

/// An interval as a chart takes it; null for NaN.
json range(const Interval& interval) {
  if (!std::isfinite(interval.low) || !std::isfinite(interval.high)) return nullptr;
  return {interval.low, interval.high};
}

/// What an axis shows: all values, zero, and of intervals what is not far beyond.
class Extent {
 public:
  void add(double value, const Interval& interval) {
    low_ = std::min(low_, value);
    high_ = std::max(high_, value);
    if (std::isfinite(interval.low)) far_low_ = std::min(far_low_, interval.low);
    if (std::isfinite(interval.high)) far_high_ = std::max(far_high_, interval.high);
  }
  [[nodiscard]] json range() const {
    const double reach = 2.0 * std::max(high_ - low_, 1e-9);
    return {std::max(far_low_, low_ - reach), std::min(far_high_, high_ + reach)};
  }

 private:
  double low_ = 0.0;
  double high_ = 0.0;
  double far_low_ = 0.0;
  double far_high_ = 0.0;
};

/// The tradeoffs of one target that are in one unit, as points.
json scatter(const std::vector<const Tradeoff*>& tradeoffs, const std::string& metric) {
  const MetricUnit unit = unit_of(metric);
  std::map<std::string, std::size_t> colors;  // by backend
  json series = json::array();
  Extent xs;
  Extent ys;
  for (const Tradeoff* one : tradeoffs) {
    const std::size_t color = colors.try_emplace(one->backend, colors.size()).first->second;
    const Deviation& deviation = one->spread->spread->quality.deviation;
    const double overhead = 100.0 * one->cost.overhead();
    const Interval costs = scaled(one->cost.interval, 100.0, 1.0);
    const double spread = unit.factor * deviation.value;
    const Interval spreads = scaled(deviation.interval, unit.factor);
    xs.add(overhead, costs);
    ys.add(spread, spreads);
    series.push_back(
        {{"label", one->backend},
         {"color", color},
         {"points",
          {{{"x", overhead},
            {"xs", range(costs)},
            {"y", spread},
            {"ys", range(spreads)},
            {"text", fmt::format("{}/{} {}: {}; {}", one->model, one->backend, one->mode,
                                 overhead_text(one->cost), spread_text(*one->spread))}}}}});
  }
  return {{"kind", "scatter"},
          {"x", "overhead, % of time"},
          {"y", "spread: std, " + unit.name},
          {"xs", xs.range()},
          {"ys", ys.range()},
          {"series", series},
          {"marks", {{{"x", 0}, {"text", "no cost"}}}}};
}

std::string scatters(const std::vector<Tradeoff>& tradeoffs, HtmlCharts& charts) {
  std::map<std::pair<std::string, std::string>, std::vector<const Tradeoff*>> by_target;
  for (const Tradeoff& one : tradeoffs) {
    const bool is_point = one.spread != nullptr && std::isfinite(one.cost.overhead()) &&
                          std::isfinite(one.spread->spread->quality.deviation.value);
    if (is_point) by_target[{one.target, one.spread->spread->metric}].push_back(&one);
  }
  std::string html;
  std::size_t drawn = 0;
  for (const auto& [key, points] : by_target) {
    if (++drawn > kMostPlots) break;
    html +=
        charts.add(scatter(points, key.second),
                   fmt::format("Cost beside spread of {} on target {}: {} point{}, each a model "
                               "on a backend with 95 % intervals",
                               key.second, short_target(key.first), points.size(),
                               points.size() == 1 ? "" : "s"));
  }
  const std::string text = drawn_text(std::min(drawn, kMostPlots), by_target.size());
  return html + (text.empty() ? "" : html_paragraph(text));
}

TextTable tradeoff_table(const std::vector<Tradeoff>& tradeoffs) {
  TextTable table{.header = {"model on backend", "target", "mode against reference",
                             "overhead [95 %]", "pairs", "detectable from, %",
                             "spread of the reference"}};
  for (const Tradeoff& one : tradeoffs) {
    const double detectable = one.cost.minimum_detectable_effect;
    table.rows.push_back({one.model + " on " + one.backend, short_target(one.target),
                          one.mode + " against " + one.reference, overhead_text(one.cost),
                          fmt::format("{}", one.cost.pairs),
                          std::isnan(detectable) ? "" : percent(detectable),
                          one.spread == nullptr ? "not measured" : spread_text(*one.spread)});
  }
  return table;
}

std::vector<std::string> mode_row(const GroupSummary& group, const ModeSummary& mode) {
  return {cell_name(group, mode),
          short_target(group.target),
          fmt::format("{}", mode.replicas),
          fmt::format("{:.1f}", mode.samples_per_second),
          mode.cost ? overhead_text(*mode.cost) : "",
          mode.spread ? mode.spread->metric + " " + quality_text(mode) : "",
          fmt::format("{}", mode.distinct_states),
          verdict_text(mode)};
}

/// One row for each mode that costs something or saves it.
Plot overhead_plot(const Summary& summary, std::size_t& costs) {
  Plot plot{.caption = "Overhead against the reference mode, % of its time, with 95 % intervals",
            .mark = 0.0};
  for (const GroupSummary& group : summary.groups) {
    for (const ModeSummary& mode : group.modes) {
      if (!mode.cost || !std::isfinite(mode.cost->overhead()) || ++costs > kMostPlotRows) continue;
      const Interval& interval = mode.cost->interval;
      plot.rows.push_back(
          {.label = fmt::format("{} {}", group.name, mode.mode),
           .value =
               fmt::format("{}, n\u00a0=\u00a0{}", overhead_text(*mode.cost), mode.cost->pairs),
           .center = 100.0 * mode.cost->overhead(),
           .interval = {100.0 * (interval.low - 1.0), 100.0 * (interval.high - 1.0)},
           .color = group.scope == "step" ? std::size_t{0} : std::size_t{1}});
    }
  }
  return plot;
}

}  // namespace

HtmlSection tradeoffs_section(const Report& report, HtmlCharts& charts) {
  const std::vector<Tradeoff> tradeoffs = tradeoffs_of(report.run.summary);
  HtmlSection section{"tradeoffs", "Cost beside spread", ""};
  if (tradeoffs.empty()) {
    section.html = html_paragraph("No two modes of a benchmark were timed, so there is no cost.");
    return section;
  }
  section.html = html_paragraph(
      "What a mode costs in time, and how far the results of the reference scatter without it.");
  section.html += scatters(tradeoffs, charts);
  section.html += html_table(tradeoff_table(tradeoffs),
                             "Cost in time beside spread of the result, with 95 % intervals");
  return section;
}

HtmlSection overheads_section(const Report& report) {
  const Summary& summary = report.run.summary;
  std::size_t costs = 0;
  const Plot plot = overhead_plot(summary, costs);
  HtmlSection section{"overheads", "Overhead", html_plot(plot)};
  const std::string text = drawn_text(plot.rows.size(), costs);
  if (!text.empty()) section.html += html_paragraph(text);
  TextTable table{.header = {"benchmark", "target", "n", "samples/s", "overhead [95 %]",
                             "quality ± std", "distinct hashes", "verdict"}};
  for (const GroupSummary& group : summary.groups) {
    if (group.modes.empty()) {
      table.rows.push_back({group.name, "", "0", "", "", "", "", "not measured: " + group.problem});
    }
    for (const ModeSummary& mode : group.modes) table.rows.push_back(mode_row(group, mode));
  }
  section.html += table.rows.empty()
                      ? html_paragraph("Nothing was measured.")
                      : html_table(table, "Every benchmark: n replicas, each a fresh process");
  return section;
}

}  // namespace ndbench
