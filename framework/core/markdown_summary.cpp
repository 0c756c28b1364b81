#include <fmt/format.h>

#include "core/markdown_text.h"
#include "core/summary.h"
#include "core/summary_blocks.h"
#include "core/summary_terms.h"
#include "core/summary_text.h"
#include "core/verdicts.h"

namespace ndbench {
namespace {

std::string table_text(const TextTable& table) {
  const auto row_text = [](const std::vector<std::string>& row) {
    std::string text = "|";
    for (const std::string& cell : row) text += " " + markdown_text(cell) + " |";
    return text + "\n";
  };
  std::string text = row_text(table.header) + "|";
  for (std::size_t i = 0; i < table.header.size(); ++i) text += i == 0 ? "---|" : "--:|";
  text += "\n";
  for (const auto& row : table.rows) text += row_text(row);
  return text + "\n";
}

std::string block_text(const SummaryBlock& block) {
  std::string text = "### " + markdown_text(block.title) + "\n\n";
  if (!block.page_text.empty()) return text + block.page_text + "\n";
  const TextTable& table = block.page.rows.empty() ? block.terminal : block.page;
  if (!table.rows.empty()) text += table_text(table);
  for (const std::string& line : block.lines) text += "- " + markdown_text(line) + ".\n";
  return text + (block.lines.empty() ? "" : "\n");
}

std::string blocks_text(const std::string& title, const std::vector<SummaryBlock>& blocks) {
  if (blocks.empty()) return "";
  std::string text = "\n## " + markdown_text(title) + "\n\n";
  for (const SummaryBlock& block : blocks) text += block_text(block);
  text.pop_back();
  return text;
}

std::string terms_text() {
  std::string text = "\n## Terms\n\n";
  for (const std::string_view term : kTerms) text += fmt::format("- {}\n", term);
  return text;
}

}  // namespace

std::string markdown_summary(const Summary& summary, const Machine& machine,
                             const std::string& command) {
  std::string text = fmt::format(
      "# Cost of determinism beside spread of the result\n\n"
      "Machine: {}. Command: {}.\n\n"
      "| target | model | backend | scope | mode | n | samples/s | ratio | overhead [95 %] | "
      "quality ± std | distinct hashes | verdict |\n"
      "|---|---|---|---|---|--:|--:|--:|--:|--:|--:|---|\n",
      markdown_text(machine_text(machine)), markdown_code(command));
  for (const GroupSummary& group : summary.groups) {
    if (group.modes.empty()) {
      text += fmt::format("| | {} | {} | {} | | | | | | | | not measured: {} |\n",
                          markdown_text(group.model), markdown_text(group.backend), group.scope,
                          markdown_text(group.problem));
    }
    for (const ModeSummary& mode : group.modes) {
      text += fmt::format(
          "| {} | {} | {} | {} | {} | {} | {:.1f} | {} | {} | {} | {} | {} |\n",
          short_target(group.target), markdown_text(group.model), markdown_text(group.backend),
          group.scope, markdown_text(mode.mode), mode.replicas, mode.samples_per_second,
          mode.cost ? fmt::format("{:.3f}", mode.cost->ratio) : "",
          mode.cost ? overhead_text(*mode.cost) : "",
          mode.spread ? markdown_text(mode.spread->metric) + " " + quality_text(mode) : "",
          mode.distinct_states, markdown_text(verdict_text(mode)));
    }
  }
  if (const std::string words = multiplicity_words(summary); !words.empty()) {
    text += "\n" + words + "\n";
  }
  for (const GroupSummary& group : summary.groups) {
    text += blocks_text(group.name, blocks_of(group));
  }
  return text + blocks_text("All", blocks_of(summary)) + terms_text();
}

}  // namespace ndbench
