#include "core/summary_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/html_text.h"
#include "core/summary_text.h"
#include "core/svg_shapes.h"
#include "core/tradeoff.h"

namespace ndbench {
namespace {

constexpr int kWidth = 800;
constexpr int kTop = 84;  // of the first row
constexpr int kRow = 50;
constexpr std::size_t kMostRows = 24;

// Where the two columns of shapes begin and end, in per cent.
constexpr double kCostLeft = 25.0;
constexpr double kCostRight = 54.0;
constexpr double kSpreadLeft = 60.0;
constexpr double kSpreadRight = 98.0;

constexpr char kStyle[] =
    "text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;font-size:13px;"
    "fill:#16191d}.paper{fill:#fff;stroke:#d5dae0}.title{font-size:16px;font-weight:600}"
    ".head{font-weight:600}.faint{fill:#59616b;font-size:12px}.tick{fill:#59616b;font-size:11px}"
    ".axis{stroke:#59616b}.mark{stroke:#59616b;stroke-dasharray:3 3}.rail{stroke:#d5dae0}"
    ".c0{color:#0b62b0}.c1{color:#c2500a}.whisker{stroke:currentColor;stroke-width:2}"
    ".dot{fill:currentColor}.replica{fill:currentColor;fill-opacity:.5}"
    "@media(prefers-color-scheme:dark){text{fill:#e7eaee}.paper{fill:#14171b;stroke:#353c45}"
    ".faint,.tick{fill:#a3adb8}.axis,.mark{stroke:#a3adb8}.rail{stroke:#353c45}"
    ".c0{color:#6cb0f5}.c1{color:#ff9a5c}}";

std::string text_at(double x, double y, const char* style, std::string_view text,
                    std::size_t most) {
  return fmt::format("<text x=\"{}%\" y=\"{}\" class=\"{}\">{}</text>\n", x, y, style,
                     html_text_cut(text, most));
}

Scale cost_scale(const std::vector<Tradeoff>& rows) {
  std::vector<double> values{0.0};
  for (const Tradeoff& row : rows) {
    for (const double ratio : {row.cost.ratio, row.cost.interval.low, row.cost.interval.high}) {
      values.push_back(100.0 * (ratio - 1.0));
    }
  }
  Scale scale = scale_of(values);
  scale.left = kCostLeft;
  scale.right = kCostRight;
  return scale;
}

std::string rail(double left, double right, double y) {
  return fmt::format("<line class=\"rail\" x1=\"{}%\" x2=\"{}%\" y1=\"{}\" y2=\"{}\"/>\n", left,
                     right, y, y);
}

/// The results of the reference's replicas; each row has a scale of its own, as its metric has.
std::string spread_shapes(const Tradeoff& row, double y) {
  if (row.spread == nullptr) return text_at(kSpreadLeft, y + 4, "faint", "not measured", 30);
  const Sample& quality = row.spread->spread->quality;
  Scale scale = scale_of(quality.values);
  scale.left = kSpreadLeft;
  scale.right = kSpreadRight;
  // What counts stands first: there is little room.
  const std::string spread = spread_text(*row.spread);
  return rail(kSpreadLeft, kSpreadRight, y) + svg_dots(scale, quality.values, y, 1) +
         text_at(kSpreadLeft, y + 20, "faint", spread.substr(0, spread.find(", too few")), 54);
}

std::string row_shapes(const Tradeoff& row, const Scale& scale, double y) {
  const Interval interval{100.0 * (row.cost.interval.low - 1.0),
                          100.0 * (row.cost.interval.high - 1.0)};
  return text_at(2.0, y + 2, "head", fmt::format("{} on {}", row.model, row.backend), 25) +
         text_at(2.0, y + 20, "faint", fmt::format("{} against {}", row.mode, row.reference), 28) +
         rail(kCostLeft, kCostRight, y) + svg_mark(scale, 0.0, y - 14, y + 8) +
         svg_whisker(scale, 100.0 * row.cost.overhead(), interval, y, 0) +
         text_at(kCostLeft, y + 20, "faint",
                 fmt::format("{}, n = {}", overhead_text(row.cost), row.cost.pairs), 40) +
         spread_shapes(row, y);
}

}  // namespace

std::string summary_picture(const Report& report) {
  std::vector<Tradeoff> rows = tradeoffs_of(report.run.summary);
  const std::size_t all = rows.size();
  rows.resize(std::min(all, kMostRows));
  const Scale scale = cost_scale(rows);
  const int bottom = kTop + kRow * static_cast<int>(rows.size());
  const int height = bottom + (rows.empty() ? 10 : 40) + (all > rows.size() ? 20 : 0);
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} "
      "{1}\" role=\"img\" aria-labelledby=\"title\">\n"
      "<title id=\"title\">Cost of determinism beside spread of the result: {2}</title>\n"
      "<style>{3}</style>\n"
      "<rect class=\"paper\" x=\"0.5\" y=\"0.5\" width=\"{4}\" height=\"{5}\" rx=\"8\"/>\n",
      kWidth, height, html_text_cut(machine_text(report.run.machine), 80), kStyle, kWidth - 1,
      height - 1);
  svg += text_at(2.0, 26, "title", "Cost of determinism beside spread of the result", 60);
  svg += text_at(2.0, 44, "faint",
                 fmt::format("{}, suite {}", machine_text(report.run.machine), report.run.suite()),
                 110);
  if (rows.empty()) {
    svg += text_at(2.0, 70, "faint", "No two modes of a benchmark were timed.", 60);
    return svg + "</svg>\n";
  }
  svg += text_at(kCostLeft, 66, "head", "overhead, % of time [95 %]", 40);
  svg += text_at(kSpreadLeft, 66, "head", "results of the replicas", 40);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    svg += row_shapes(rows[i], scale, kTop + kRow * static_cast<int>(i) + 8);
  }
  svg += svg_axis(scale, bottom - 4, 5) + "\n";
  if (all > rows.size()) {
    svg += text_at(2.0, height - 12, "faint",
                   fmt::format("and {} more: report.html has all", all - rows.size()), 60);
  }
  return svg + "</svg>\n";
}

}  // namespace ndbench
