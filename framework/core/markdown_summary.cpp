#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "core/summary.h"
#include "core/summary_text.h"

namespace ndbench {
namespace {

/// `text` with what a Markdown table would read as markup made plain.
std::string cell_text(const std::string& text) {
  std::string one_line = text;
  std::replace(one_line.begin(), one_line.end(), '\n', ' ');
  std::string result;
  for (const char character : plain(one_line)) {
    if (std::string_view("|*_`<>[]\\@#").find(character) != std::string_view::npos) result += '\\';
    result += character;
  }
  return result;
}

/// `text` as a code span of Markdown: fenced by more backticks than it holds in a row.
std::string code_span(const std::string& text) {
  const std::string code = plain(text);
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char character : code) {
    run = character == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(longest + 1, '`');
  const char* pad = longest > 0 ? " " : "";
  return fence + pad + code + pad + fence;
}

}  // namespace

std::string markdown_summary(const std::vector<GroupSummary>& groups, const Machine& machine,
                             const std::string& command) {
  std::string text = fmt::format(
      "# Cost of determinism beside spread of the result\n\n"
      "Machine: {}. Command: {}.\n\n"
      "| target | model | backend | scope | mode | n | samples/s | ratio | overhead [95 %] | "
      "quality ± std | distinct hashes | verdict |\n"
      "|---|---|---|---|---|--:|--:|--:|--:|--:|--:|---|\n",
      cell_text(machine_text(machine)), code_span(command));
  for (const GroupSummary& group : groups) {
    if (group.modes.empty()) {
      text += fmt::format("| | {} | {} | {} | | | | | | | | not measured: {} |\n",
                          cell_text(group.model), cell_text(group.backend), group.scope,
                          cell_text(group.problem));
    }
    for (const ModeSummary& mode : group.modes) {
      text +=
          fmt::format("| {} | {} | {} | {} | {} | {} | {:.1f} | {} | {} | {} | {} | {} |\n",
                      short_target(group.target), cell_text(group.model), cell_text(group.backend),
                      group.scope, cell_text(mode.mode), mode.replicas, mode.samples_per_second,
                      mode.cost ? fmt::format("{:.3f}", mode.cost->ratio) : "",
                      mode.cost ? overhead_text(*mode.cost) : "",
                      mode.metric.empty() ? "" : cell_text(mode.metric) + " " + quality_text(mode),
                      mode.distinct_states, cell_text(verdict_text(mode)));
    }
  }
  return text +
         "\nn: fresh processes (replicas). samples/s: median over replicas. ratio: time of the "
         "mode "
         "/ time of the reference mode (listed first), median over paired replicas; "
         "overhead = ratio − 1, with a 95 % interval of the median from order statistics. std: "
         "sample "
         "standard deviation. distinct hashes: different final training states, XXH3-128. Seeds, "
         "raw samples and provenance of each replica: journal.jsonl in this folder.\n";
}

}  // namespace ndbench
