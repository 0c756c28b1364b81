#include "core/html_report.h"

#include <fmt/format.h>

#include "core/html_page.h"
#include "core/html_sections.h"
#include "core/html_text.h"
#include "core/summary_terms.h"
#include "core/summary_text.h"

namespace ndbench {
namespace {

std::string about(const MeasuredRun& run) {
  return fmt::format(
      "<p class=\"about\">Suite <b>{}</b> on <b>{}</b> ({}), begun {}, built from {}. Run {}. "
      "Command: <code>{}</code></p>\n",
      html_text(run.suite()), html_text(machine_text(run.machine)),
      html_text(run.machine.host_name), html_text(run.started()),
      html_text(run.commit().substr(0, 12)), html_text(run.id().substr(0, 8)),
      html_text(run.command()));
}

HtmlSection terms_section() {
  HtmlSection section{"terms", "Terms", "<ul>\n"};
  for (const std::string_view term : kTerms) section.html += "<li>" + html_text(term) + "</li>\n";
  section.html += "</ul>\n";
  return section;
}

}  // namespace

std::string html_report(const Report& report) {
  HtmlCharts charts;
  std::vector<HtmlSection> sections;
  sections.push_back(findings_section(report));
  sections.push_back(tradeoffs_section(report, charts));
  sections.push_back(overheads_section(report));
  sections.push_back(replicas_section(report));
  sections.push_back(curves_section(report, charts));
  sections.push_back(slices_section(report));
  sections.push_back(knobs_section(report));
  sections.push_back(history_section(report, charts));
  sections.push_back(comparisons_section(report));
  sections.push_back(failures_section(report));
  sections.push_back(provenance_section(report));
  sections.push_back(terms_section());
  return html_page(
      fmt::format("{}: cost of determinism beside spread of the result", report.run.suite()),
      about(report.run), sections, charts);
}

}  // namespace ndbench
