#include "core/html_elements.h"

#include <fmt/format.h>

#include "core/html_text.h"
#include "core/svg_shapes.h"

namespace ndbench {
namespace {

/// Numbers stand below each other by their ends.
bool is_number(std::string_view text) {
  const std::size_t digit = text.find_first_not_of("+-. ");
  return digit != std::string_view::npos && digit < 3 && text[digit] >= '0' && text[digit] <= '9' &&
         text.size() < 40;
}

/// Of cells: a number, what is too short to be broken, what needs a column of some width.
const char* class_of(std::string_view text) {
  constexpr std::size_t kShort = 26;
  constexpr std::size_t kLong = 48;
  if (is_number(text)) return " class=\"n\"";
  if (text.size() <= kShort) return " class=\"s\"";
  return text.size() > kLong ? " class=\"long\"" : "";
}

std::string row_html(const std::vector<std::string>& row) {
  std::string html = "<tr>";
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i == 0) {
      html += fmt::format(R"(<th scope="row"{}>{}</th>)", class_of(row[i]), html_text(row[i]));
    } else {
      html += fmt::format("<td{}>{}</td>", class_of(row[i]), html_text(row[i]));
    }
  }
  return html + "</tr>\n";
}

Scale scale_for(const Plot& plot) {
  std::vector<double> values;
  if (plot.mark) values.push_back(*plot.mark);
  for (const PlotRow& row : plot.rows) {
    values.insert(values.end(), {row.center, row.interval.low, row.interval.high});
    values.insert(values.end(), row.dots.begin(), row.dots.end());
  }
  return scale_of(values);
}

constexpr int kTrackHeight = 28;

std::string track_html(const Plot& plot, const PlotRow& row, const Scale& scale) {
  constexpr double kMiddle = kTrackHeight / 2.0;
  std::string svg = fmt::format(
      R"(<svg class="track" height="{}" aria-hidden="true" focusable="false">)", kTrackHeight);
  if (plot.mark) svg += svg_mark(scale, *plot.mark, 0, kTrackHeight);
  svg += fmt::format(R"(<line class="rail" x1="0%" x2="100%" y1="{0}" y2="{0}"/>)", kMiddle);
  if (!row.dots.empty()) svg += svg_dots(scale, row.dots, kMiddle, row.color);
  return svg + svg_whisker(scale, row.center, row.interval, kMiddle, row.color) + "</svg>";
}

}  // namespace

std::string html_table(const TextTable& table, std::string_view caption) {
  if (table.rows.empty()) return "";
  std::string html =
      fmt::format(R"(<div class="wide" role="region" tabindex="0" aria-label="{0}"><table>)"
                  "<caption><span>{0}</span></caption>"
                  "\n<thead><tr>",
                  html_text(caption));
  for (const std::string& name : table.header) {
    html += fmt::format(R"(<th scope="col">{}</th>)", html_text(name));
  }
  html += "</tr></thead>\n<tbody>\n";
  for (const auto& row : table.rows) html += row_html(row);
  return html + "</tbody></table></div>\n";
}

std::string html_fold(std::string_view line, const std::string& body_html, bool is_open) {
  return fmt::format("<details{}><summary>{}</summary>\n{}</details>\n", is_open ? " open" : "",
                     html_text(line), body_html);
}

std::string html_command(std::string_view what, std::string_view command) {
  return fmt::format("<p class=\"command\">{} <code>{}</code></p>\n", html_text(what),
                     html_text(command));
}

std::string html_paragraph(std::string_view text) {
  return fmt::format("<p>{}</p>\n", html_text(text));
}

std::string html_plot(const Plot& plot) {
  if (plot.rows.empty()) return "";
  const Scale scale = scale_for(plot);
  std::string html = fmt::format("<figure class=\"plot\"><figcaption>{}</figcaption>\n<ul>\n",
                                 html_text(plot.caption));
  for (const PlotRow& row : plot.rows) {
    html += fmt::format(
        "<li><span class=\"label\">{}</span>{}<span class=\"value\">{}</span></li>\n",
        html_text_cut(row.label, 80), track_html(plot, row, scale), html_text_cut(row.value, 80));
  }
  return html + fmt::format(
                    "<li class=\"scale\" aria-hidden=\"true\"><span class=\"label\"></span><svg "
                    "class=\"track\" height=\"20\">{}</svg><span class=\"value\"></span></li>\n"
                    "</ul></figure>\n",
                    svg_axis(scale, 1));
}

}  // namespace ndbench
