#include <fmt/format.h>

#include <algorithm>

#include "core/printable.h"
#include "core/summary.h"
#include "core/summary_blocks.h"
#include "core/summary_text.h"
#include "core/verdicts.h"

namespace ndbench {
namespace {

constexpr char kLegend[] =
    "\nn: fresh processes (replicas). ratio: time of the mode / time of the mode listed\n"
    "first, median over replicas measured together. hashes: distinct final states.\n";

constexpr char kSpreadLegend[] =
    "std: sample standard deviation over replicas; beyond test set: less what a test\n"
    "set of this size adds. churn: share of test examples that two replicas decide\n"
    "differently. ensemble gain: of averaging two replicas. worst part: the class,\n"
    "attribute or sub-group that scatters most. within noise: no difference at 95 %.\n";

/// `text` broken at spaces into lines of at most `width` columns, each behind `indent` spaces.
std::string wrapped(const std::string& text, std::size_t indent, std::size_t width) {
  std::string result(indent, ' ');
  std::size_t column = indent;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find(' ', start), text.size());
    const std::size_t length = end - start;
    if (column > indent && column + 1 + length > width) {
      result += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      result += ' ';
      ++column;
    }
    result += text.substr(start, length);
    column += length;
    start = end + 1;
  }
  return result + "\n";
}

/// Columns that `text` takes: it has no wide or combining characters.
std::size_t columns(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char character) {
    return (static_cast<unsigned char>(character) & 0xc0U) != 0x80U;
  }));
}

/// The first column to the left, the others to the right and equally wide; as many beside each
/// other as fit, the rest below.
std::string aligned(const TextTable& table, std::size_t indent, std::size_t width) {
  constexpr std::size_t kGap = 2;
  std::size_t first = 0;
  std::size_t other = 8;
  std::vector<std::vector<std::string>> rows{table.header};
  rows.insert(rows.end(), table.rows.begin(), table.rows.end());
  for (const auto& row : rows) {
    first = std::max(first, columns(plain(row.front())));
    for (std::size_t i = 1; i < row.size(); ++i) other = std::max(other, columns(plain(row[i])));
  }
  const std::size_t beside =
      std::max<std::size_t>(1, (width - std::min(width, indent + first)) / (other + kGap));
  std::string text;
  for (std::size_t from = 1; from < table.header.size(); from += beside) {
    for (const auto& row : rows) {
      std::string line(indent, ' ');
      const std::string name = plain(row.front());
      line += name + std::string(first - columns(name), ' ');
      for (std::size_t i = from; i < std::min(row.size(), from + beside); ++i) {
        const std::string cell = plain(row[i]);
        line += std::string(kGap + other - columns(cell), ' ') + cell;
      }
      line.erase(line.find_last_not_of(' ') + 1);
      text += line + "\n";
    }
  }
  return text;
}

/// A sentence under the mark "-", its further lines indented.
std::string item(const std::string& line, std::size_t indent, std::size_t width) {
  std::string text = wrapped(plain(line) + ".", indent + 2, width);
  text[indent] = '-';
  return text;
}

std::string block_text(const SummaryBlock& block, std::size_t indent, std::size_t width) {
  if (!block.terminal_text.empty()) return block.terminal_text;
  if (block.terminal.rows.empty() && block.lines.empty()) return "";
  TextTable table = block.terminal;
  std::string text;
  if (table.rows.empty()) {
    text = std::string(indent, ' ') + plain(block.title) + "\n";
  } else {
    table.header.front() = block.title;
    text = aligned(table, indent, width);
  }
  for (const std::string& line : block.lines) text += item(line, indent, width);
  return text;
}

}  // namespace

std::string console_summary(const Summary& summary, const Machine& machine) {
  constexpr std::size_t kWidth = 80;
  std::string text = fmt::format(
      "\nCost of determinism beside spread of the result: {}\n\n"
      "{:<11} {:>3} {:>9} {:>6} {:>23} {:>16} {:>6}\n",
      plain(machine_text(machine)), "", "n", "samples/s", "ratio", "overhead [95 %]",
      "quality ± std", "hashes");
  for (const GroupSummary& group : summary.groups) {
    text += plain(group.name);
    if (!group.modes.empty()) {
      const std::string metric = metric_of(group);
      text += fmt::format("  {}target {}", metric.empty() ? "" : plain(metric) + ", ",
                          short_target(group.target));
    }
    text += '\n';
    if (group.modes.empty()) {
      text += wrapped("not measured: " + plain(group.problem.substr(0, group.problem.find('\n'))),
                      2, kWidth);
    }
    for (const ModeSummary& mode : group.modes) {
      text += fmt::format(
          "  {:<9} {:>3} {:>9.1f} {:>6} {:>23} {:>16} {:>6}\n", plain(mode.mode), mode.replicas,
          mode.samples_per_second, mode.cost ? fmt::format("{:.3f}", mode.cost->ratio) : "",
          mode.cost ? overhead_text(*mode.cost) : "", quality_text(mode), mode.distinct_states);
    }
    for (const ModeSummary& mode : group.modes) {
      text += wrapped(plain(mode.mode + ": " + verdict_text(mode)) + ".", 2, kWidth);
    }
    for (const SummaryBlock& block : blocks_of(group)) text += block_text(block, 2, kWidth);
  }
  for (const SummaryBlock& block : blocks_of(summary)) text += block_text(block, 0, kWidth);
  if (const std::string words = multiplicity_words(summary); !words.empty()) {
    text += wrapped(words, 0, kWidth);
  }
  const bool has_results = std::any_of(summary.groups.begin(), summary.groups.end(),
                                       [](const auto& group) { return !metric_of(group).empty(); });
  return printable_lines(text) + kLegend + (has_results ? kSpreadLegend : "");
}

}  // namespace ndbench
