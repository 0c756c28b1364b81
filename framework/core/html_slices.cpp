#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/html_elements.h"
#include "core/html_sections.h"
#include "core/summary_text.h"
#include "core/verdicts.h"

namespace ndbench {
namespace {

constexpr std::size_t kMostBars = 12;

/// A part of the test set in one mode of a group.
struct Part {
  const ModeSummary* mode;
  std::size_t color;
  const SliceSpread* slice;

  [[nodiscard]] double deviation() const { return slice->accuracy.deviation.value; }
};

/// Those of modes whose replicas scatter, the widest first; parts without a number come last.
std::vector<Part> parts_of(const GroupSummary& group) {
  std::vector<Part> parts;
  for (std::size_t color = 0; color < group.modes.size(); ++color) {
    const ModeSummary& mode = group.modes[color];
    if (!mode.spread || mode.replicas < 2 || mode.is_one_draw()) continue;
    for (const SliceSpread& slice : mode.spread->slices) parts.push_back({&mode, color, &slice});
  }
  std::stable_sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) {
    const auto key = [](const Part& part) {
      return std::isnan(part.deviation()) ? -1.0 : part.deviation();
    };
    return key(a) > key(b);
  });
  return parts;
}

std::string factor_text(double factor) {
  return std::isnan(factor) ? "" : fmt::format("{:.1f}", factor);
}

Plot plot_of(const std::vector<Part>& parts) {
  Plot plot{.caption =
                "Standard deviation of accuracy over replicas, with 95 % intervals, worst "
                "first"};
  for (const Part& part : parts) {
    if (plot.rows.size() == kMostBars) break;
    const Deviation& deviation = part.slice->accuracy.deviation;
    if (!std::isfinite(deviation.value)) break;
    plot.rows.push_back({.label = fmt::format("{}, {}", part.slice->name, part.mode->mode),
                         .value = number_text(deviation.value) + interval_text(deviation.interval),
                         .center = deviation.value,
                         .interval = deviation.interval,
                         .color = part.color});
  }
  return plot;
}

TextTable table_of(const std::vector<Part>& parts) {
  TextTable table{.header = {"part", "mode", "n", "decisions", "accuracy [95 %]", "std [95 %]",
                             "by", "× overall", "× by size alone", "std of FPR", "std of FNR"}};
  for (const Part& part : parts) {
    const SliceSpread& slice = *part.slice;
    table.rows.push_back(
        {slice.name, part.mode->mode, fmt::format("{}", part.mode->replicas),
         fmt::format("{}", slice.decisions),
         number_text(slice.accuracy.mean) + interval_text(slice.accuracy.mean_interval),
         number_text(slice.accuracy.deviation.value) +
             interval_text(slice.accuracy.deviation.interval),
         method_words(slice.accuracy.deviation), factor_text(slice.relative),
         factor_text(slice.relative_by_size),
         number_text(slice.false_positive_rate.deviation.value),
         number_text(slice.false_negative_rate.deviation.value)});
  }
  return table;
}

}  // namespace

HtmlSection slices_section(const Report& report) {
  HtmlSection section{"parts", "Classes, attributes and sub-groups", ""};
  std::size_t groups = 0;
  for (const GroupSummary& group : report.run.summary.groups) {
    const std::vector<Part> parts = parts_of(group);
    if (parts.empty()) continue;
    std::string html;
    if (++groups <= kMostPlots) html += html_plot(plot_of(parts));
    html += html_table(table_of(parts),
                       "Every part of the test set: × overall is its std over that of all of it, × "
                       "by size alone what this would be if decisions went wrong independently");
    html += html_command("Measure again:", report.run.command_for(group.name));
    const Part& worst = parts.front();
    section.html +=
        html_fold(fmt::format("{}: {} part{}, the widest {} in {} (std {})", group.name,
                              parts.size(), parts.size() == 1 ? "" : "s", worst.slice->name,
                              worst.mode->mode, number_text(worst.deviation())),
                  html, groups == 1);
  }
  if (groups == 0) {
    section.html = html_paragraph(
        "No benchmark tells its result on parts of the test set in two replicas or more that "
        "differ.");
  }
  return section;
}

}  // namespace ndbench
