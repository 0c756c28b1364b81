#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/intervals.h"
#include "core/summary_blocks.h"

// Parts of a page that stand in several of its sections. Text is given as it came, HTML where a
// parameter is named so.
namespace ndbench {

/// A table that scrolls by itself where the page is too narrow; the first cell of each row is its
/// heading. "" for one without rows.
[[nodiscard]] std::string html_table(const TextTable& table, std::string_view caption);

/// What opens and closes; the first line is always there.
[[nodiscard]] std::string html_fold(std::string_view line, const std::string& body_html,
                                    bool is_open = false);

/// A command to copy, with what it is for.
[[nodiscard]] std::string html_command(std::string_view what, std::string_view command);

[[nodiscard]] std::string html_paragraph(std::string_view text);

/// One line of a Plot: what it is about, what is drawn, and the same in numbers.
struct PlotRow {
  std::string label;
  std::string value;
  double center;               ///< NaN: none
  Interval interval;           ///< of the center; NaN: none
  std::vector<double> dots{};  ///< single values beside it
  std::size_t color = 0;
};

/// Rows of values on one axis.
struct Plot {
  std::string caption;           ///< with the unit
  std::optional<double> mark{};  ///< where a line is drawn through all rows
  std::vector<PlotRow> rows{};
};

/// Drawn in SVG, so it is there without JavaScript. "" for one without rows.
[[nodiscard]] std::string html_plot(const Plot& plot);

}  // namespace ndbench
