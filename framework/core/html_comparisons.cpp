#include "core/html_elements.h"
#include "core/html_sections.h"
#include "core/html_text.h"
#include "core/summary_blocks.h"

namespace ndbench {
namespace {

std::string block_html(const SummaryBlock& block) {
  std::string html = "<h3>" + html_text(block.title) + "</h3>\n";
  const TextTable& table = block.page.rows.empty() ? block.terminal : block.page;
  html += html_table(table, block.title);
  if (block.lines.empty()) return html;
  html += "<ul>\n";
  for (const std::string& line : block.lines) html += "<li>" + html_text(line) + ".</li>\n";
  return html + "</ul>\n";
}

/// What has no section of its own. Blocks that are laid out already, and the parts of the test set,
/// have one.
std::string blocks_html(const std::vector<SummaryBlock>& blocks) {
  std::string html;
  for (const SummaryBlock& block : blocks) {
    if (block.page_text.empty() && block.title != kSlicesTitle) html += block_html(block);
  }
  return html;
}

}  // namespace

HtmlSection comparisons_section(const Report& report) {
  const Summary& summary = report.run.summary;
  HtmlSection section{"comparisons", "Spread and comparisons", ""};
  std::size_t groups = 0;
  for (const GroupSummary& group : summary.groups) {
    const std::string html = blocks_html(blocks_of(group));
    if (html.empty()) continue;
    section.html += html_fold(group.name, html, ++groups == 1);
  }
  section.html = blocks_html(blocks_of(summary)) + section.html;
  if (section.html.empty()) section.html = html_paragraph("There is nothing to compare.");
  return section;
}

}  // namespace ndbench
