#include "core/html_page.h"

#include <fmt/format.h>

#include "core/html_text.h"
#include "core/page_assets.h"
#include "core/printable.h"

namespace ndbench {
namespace {

using nlohmann::json;

/// All strings in it, made safe to show.
void make_printable(json& value) {
  if (value.is_string()) {
    value = printable(value.get_ref<const std::string&>(), 300);
  } else if (value.is_structured()) {
    for (json& part : value) make_printable(part);
  }
}

/// Nothing is fetched but the empty icon, which keeps browsers from asking a server for one.
std::string policy() {
  return fmt::format(
      "default-src 'none'; script-src '{}' '{}'; style-src '{}'; img-src data:; base-uri 'none'; "
      "form-action 'none'",
      kChartScriptHash, kPageScriptHash, kPageStyleHash);
}

}  // namespace

std::string HtmlCharts::add(json chart, std::string_view caption) {
  make_printable(chart);
  all_.push_back(std::move(chart));
  return fmt::format(
      "<figure class=\"chart\" data-chart=\"{}\" hidden><figcaption>{}</figcaption>"
      "<div><canvas role=\"img\" aria-label=\"{}\"></canvas></div></figure>\n",
      all_.size() - 1, html_text(caption), html_text(caption));
}

std::string html_page(std::string_view title, const std::string& about_html,
                      const std::vector<HtmlSection>& sections, const HtmlCharts& charts) {
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n"
      "<title>{}</title>\n<link rel=\"icon\" "
      "href=\"data:,\">\n<style>{}</style>\n</head>\n<body>\n",
      policy(), html_text(title), kPageStyle);
  html += fmt::format("<header>\n<h1>{}</h1>\n{}<nav aria-label=\"Sections\"><ul>\n",
                      html_text(title), about_html);
  for (const HtmlSection& section : sections) {
    html += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", section.id, html_text(section.title));
  }
  html += "</ul></nav>\n</header>\n<main>\n";
  for (const HtmlSection& section : sections) {
    html += fmt::format(
        "<section id=\"{0}\" aria-labelledby=\"{0}-title\">\n"
        "<h2 id=\"{0}-title\">{1}</h2>\n{2}</section>\n",
        section.id, html_text(section.title), section.html);
  }
  html += "</main>\n<script type=\"application/json\" id=\"charts\">";
  html += html_json(charts.all());
  html += "</script>\n<script>";
  html += kChartScript;
  html += "</script>\n<script>";
  html += kPageScript;
  return html + "</script>\n</body>\n</html>\n";
}

}  // namespace ndbench
