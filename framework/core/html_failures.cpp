#include <fmt/format.h>

#include "core/failure_groups.h"
#include "core/html_elements.h"
#include "core/html_sections.h"
#include "core/html_text.h"

namespace ndbench {
namespace {

/// "0, 1, 2 of 3", or the first of many.
std::string replicas_text(const FailureGroup& group) {
  constexpr std::size_t kMost = 12;
  std::string text;
  for (std::size_t i = 0; i < group.replicas.size() && i < kMost; ++i) {
    text += fmt::format("{}{}", i == 0 ? "" : ", ", group.replicas[i]);
  }
  return fmt::format("{}{} of {}", text, group.replicas.size() > kMost ? ", …" : "", group.of);
}

std::string group_html(const FailureGroup& group, const MeasuredRun& run) {
  std::string html =
      fmt::format("<p><b>{}</b> {}, replica {}{}: {}</p>\n", group.word(), html_text(group.name),
                  replicas_text(group),
                  group.outcome.phase.empty() ? "" : " in phase " + html_text(group.outcome.phase),
                  html_text(group.outcome.reason));
  if (!group.outcome.output.empty()) {
    html += fmt::format(
        "<details><summary>The end of what it printed</summary><pre>{}</pre>"
        "</details>\n",
        html_lines(group.outcome.output));
  }
  return html + html_command("Again:", run.command_for(group.name));
}

}  // namespace

HtmlSection failures_section(const Report& report) {
  HtmlSection section{"failures", "Skipped and failed", ""};
  const std::vector<FailureGroup> groups = failures_in(report.run.records);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (i == kMostPlotRows) section.html += "<details><summary>the others</summary>\n";
    section.html += group_html(groups[i], report.run);
  }
  if (groups.size() > kMostPlotRows) section.html += "</details>\n";
  for (const Parity& parity : report.run.parities) {
    if (parity.status == Parity::Status::kPassed) continue;
    section.html += html_paragraph(fmt::format(
        "Parity of {} on {} {}: {}", parity.model, parity.backend,
        parity.status == Parity::Status::kFailed ? "failed" : "not checked", parity.reason));
  }
  if (section.html.empty()) {
    section.html = html_paragraph("Nothing: every replica that was asked for ended well.");
  }
  return section;
}

}  // namespace ndbench
