#include <fmt/format.h>

#include <algorithm>

#include "core/summary.h"
#include "core/summary_text.h"

namespace ndbench {
namespace {

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

}  // namespace

std::string console_summary(const std::vector<GroupSummary>& groups, const Machine& machine) {
  constexpr std::size_t kWidth = 80;
  std::string text = fmt::format(
      "\nCost of determinism beside spread of the result: {}\n\n"
      "{:<11} {:>3} {:>9} {:>6} {:>23} {:>16} {:>6}\n",
      machine_text(machine), "", "n", "samples/s", "ratio", "overhead [95 %]", "quality ± std",
      "hashes");
  for (const GroupSummary& group : groups) {
    text += group.name;
    if (!group.modes.empty()) {
      const std::string& metric = group.modes.front().metric;
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
          "  {:<9} {:>3} {:>9.1f} {:>6} {:>23} {:>16} {:>6}\n", mode.mode, mode.replicas,
          mode.samples_per_second, mode.cost ? fmt::format("{:.3f}", mode.cost->ratio) : "",
          mode.cost ? overhead_text(*mode.cost) : "", quality_text(mode), mode.distinct_states);
    }
    for (const ModeSummary& mode : group.modes) {
      text += wrapped(mode.mode + ": " + plain(verdict_text(mode)) + ".", 2, kWidth);
    }
  }
  return text +
         "\nratio = time of the mode / time of the reference mode, which is listed first;\n"
         "n = fresh processes; hashes = distinct final states; intervals: of the\n"
         "median paired ratio, from order statistics.\n";
}

}  // namespace ndbench
