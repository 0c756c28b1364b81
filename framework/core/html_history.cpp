#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <span>

#include "core/change_points.h"
#include "core/html_elements.h"
#include "core/html_sections.h"
#include "core/html_text.h"
#include "core/summary_text.h"
#include "core/svg_scale.h"

namespace ndbench {
namespace {

using nlohmann::json;

constexpr std::size_t kMostHistories = 24;
constexpr double kSparkWidth = 180.0;
constexpr double kSparkHeight = 34.0;

/// A history and where its level changed.
struct Series {
  const History* history;
  std::vector<ChangePoint> changes;
  bool is_news;  ///< one of them shows for the first time
};

/// Times in milliseconds.
double factor(const History& history) { return history.quantity == "seconds" ? 1e3 : 1.0; }

std::string unit(const History& history) {
  return history.quantity == "seconds" ? "ms" : history.quantity;
}

Series series_of(const History& history, std::span<const Finding> findings) {
  const bool is_finite = std::all_of(history.values.begin(), history.values.end(),
                                     [](double value) { return std::isfinite(value); });
  const bool is_news = std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
    return finding.name == history.name && finding.target == history.target &&
           finding.quantity == history.quantity;
  });
  return {&history, is_finite ? change_points(history.values, {}) : std::vector<ChangePoint>(),
          is_news};
}

/// A line as wide as a cell of a table, with a bar where the level changes.
std::string spark(const Series& series) {
  const std::vector<double>& values = series.history->values;
  const Scale scale = scale_of(values);
  const double step =
      (kSparkWidth - 6.0) / static_cast<double>(std::max<std::size_t>(values.size() - 1, 1));
  const auto x = [&](std::size_t i) { return 3.0 + step * static_cast<double>(i); };
  const auto y = [&](double value) {
    return kSparkHeight - 3.0 -
           (kSparkHeight - 6.0) * (value - scale.low) / (scale.high - scale.low);
  };
  std::string svg = fmt::format(
      "<svg class=\"spark\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" role=\"img\" "
      "aria-label=\"{2} runs, {3} changes\">",
      kSparkWidth, kSparkHeight, values.size(), series.changes.size());
  for (const ChangePoint& change : series.changes) {
    svg += fmt::format("<line class=\"change\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"0\" y2=\"{1}\"/>",
                       x(change.index) - step / 2.0, kSparkHeight);
  }
  std::string points;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i])) {
      points += fmt::format("{:.1f},{:.1f} ", x(i), y(values[i]));
    }
  }
  if (std::isfinite(values.back())) {
    svg += fmt::format("<circle class=\"last\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2.5\"/>",
                       x(values.size() - 1), y(values.back()));
  }
  return svg + fmt::format("<polyline points=\"{}\"/></svg>", points);
}

std::string changes_text(const Series& series) {
  std::string text;
  for (const ChangePoint& change : series.changes) {
    const std::size_t run = change.index;
    text += fmt::format("{}{} % at run {} (p {}), commit {}", text.empty() ? "" : "; ",
                        percent(change.change()), run + 1, probability_text(change.p),
                        series.history->commits[run].substr(0, 12));
  }
  return text.empty() ? "none" : text;
}

std::string table_html(std::span<const Series> all) {
  std::string html =
      "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"Histories\"><table>"
      "<caption><span>The newest runs of the same suite on the same target, at most 365, oldest "
      "first; a bar is a change of level</span></caption>\n<thead><tr>";
  for (const char* name : {"benchmark", "target", "of", "runs", "newest", "history", "changes"}) {
    html += fmt::format("<th scope=\"col\">{}</th>", name);
  }
  html += "</tr></thead>\n<tbody>\n";
  for (const Series& series : all) {
    const History& history = *series.history;
    html += fmt::format(
        "<tr><th scope=\"row\" class=\"s\">{}</th><td class=\"s\">{}</td><td class=\"s\">{}</td>"
        "<td class=\"n\">{}</td><td class=\"n\">{:.4g}</td><td>{}</td><td>{}</td></tr>\n",
        html_text_cut(history.name, 80), html_text_cut(short_target(history.target), 8),
        html_text_cut(unit(history), 24), history.values.size(),
        factor(history) * history.values.back(), spark(series), html_text(changes_text(series)));
  }
  return html + "</tbody></table></div>\n";
}

json chart(const Series& series) {
  const History& history = *series.history;
  json points = json::array();
  for (std::size_t run = 0; run < history.values.size(); ++run) {
    const double value = factor(history) * history.values[run];
    points.push_back(
        {{"x", run + 1},
         {"y", value},
         {"text", fmt::format("run {}, commit {}: {:.4g} {}", run + 1,
                              history.commits[run].substr(0, 12), value, unit(history))}});
  }
  json marks = json::array();
  for (const ChangePoint& change : series.changes) {
    marks.push_back({{"x", static_cast<double>(change.index) + 0.5},
                     {"text", percent(change.change()) + " %"}});
  }
  return {{"kind", "lines"},
          {"x", "run"},
          {"y", unit(history)},
          {"series", {{{"label", history.name}, {"color", 0}, {"points", points}}}},
          {"marks", marks}};
}

}  // namespace

HtmlSection history_section(const Report& report, HtmlCharts& charts) {
  HtmlSection section{"history", "History", ""};
  std::vector<Series> all;
  for (const History& history : report.histories) {
    if (!history.values.empty()) all.push_back(series_of(history, report.findings));
  }
  // What has changed is what is looked for, and first what changes with this run.
  std::stable_sort(all.begin(), all.end(), [](const Series& a, const Series& b) {
    return a.is_news != b.is_news ? a.is_news : a.changes.size() > b.changes.size();
  });
  const auto longest = std::max_element(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return a.history->values.size() < b.history->values.size();
  });
  if (longest == all.end() || longest->history->values.size() < 2) {
    section.html = html_paragraph(
        "No history: " +
        (!report.no_histories.empty()
             ? report.no_histories
             : fmt::format("no earlier run of this suite on this target is in the database; a "
                           "benchmark's time takes {} replicas to count",
                           kFewestForNight)) +
        ".");
    return section;
  }
  std::size_t drawn = 0;
  for (const Series& series : all) {
    if (series.history->values.size() < 3 || ++drawn > kMostHistories) continue;
    const std::string& name = series.history->name;
    section.html += html_fold(
        fmt::format("{}, {}: {} runs, changes: {}", name, unit(*series.history),
                    series.history->values.size(), changes_text(series)),
        charts.add(chart(series), fmt::format("{}, {}, run by run", name, unit(*series.history))) +
            html_command("Measure again:", report.run.command_for(name)),
        drawn == 1);
  }
  section.html = table_html(all) + section.html;
  const std::string text = drawn_text(std::min(drawn, kMostHistories), drawn);
  if (!text.empty()) section.html += html_paragraph(text);
  return section;
}

}  // namespace ndbench
