#include "core/gate_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/command_text.h"
#include "core/markdown_text.h"
#include "core/summary_text.h"

namespace ndbench {
namespace {

const char* word(Finding::Kind kind) {
  switch (kind) {
    case Finding::Kind::kDrift:
      return "other bits";
    case Finding::Kind::kWorse:
      return "worse";
    case Finding::Kind::kBetter:
      return "better";
  }
  return "";
}

std::string value_text(const Finding& finding, double value) {
  return finding.quantity == "seconds" ? fmt::format("{:.4g} ms", value * 1e3)
                                       : fmt::format("{:.4g}", value);
}

std::string row_text(const Finding& finding) {
  const std::string head =
      fmt::format("| {} | {} | {} | {} |", word(finding.kind), markdown_text(finding.name),
                  short_target(finding.target), markdown_text(finding.quantity));
  const std::string commit = markdown_text(finding.commit_before.substr(0, 12));
  if (finding.kind == Finding::Kind::kDrift) {
    return fmt::format("{} {} | | | | {} |\n", head, finding.states, commit);
  }
  const std::string since = fmt::format("{} of {} | {} |\n", finding.since, finding.runs, commit);
  return fmt::format("{} {} → {} | {} % | {:.1g} | {}", head, value_text(finding, finding.before),
                     value_text(finding, finding.after), percent(finding.change), finding.p, since);
}

}  // namespace

std::string gate_text(const JudgedRun& run, const std::vector<Finding>& findings,
                      std::size_t judged, std::size_t runs) {
  const auto count = [&](Finding::Kind kind) {
    return std::count_if(findings.begin(), findings.end(),
                         [&](const Finding& finding) { return finding.kind == kind; });
  };
  std::string text = fmt::format(
      "**ndbench gate**: {} worse, {} with other bits, {} better; {} histories judged, the longest "
      "of {} run{}\n\n"
      "Run {} of suite {}, begun {} on {}, built from {}.\n",
      count(Finding::Kind::kWorse), count(Finding::Kind::kDrift), count(Finding::Kind::kBetter),
      judged, runs, runs == 1 ? "" : "s", run.run.substr(0, 8), markdown_text(run.suite),
      markdown_text(run.started), markdown_text(run.host), markdown_text(run.commit.substr(0, 12)));
  if (findings.empty()) return text;
  text +=
      "\n| | benchmark | target | of | before → since | change | p | runs since | last before |\n"
      "|---|---|---|---|--:|--:|--:|--:|---|\n";
  const std::string suite = run.suite_file.empty() ? run.suite : run.suite_file;
  const std::string again = command_again(suite, findings.front().name);
  const std::string ending = fmt::format("\nThe first again: {}\n", markdown_code(again));
  const auto left_out = [](std::size_t rows) { return fmt::format("\n… and {} more.\n", rows); };
  for (std::size_t i = 0; i < findings.size(); ++i) {
    const std::string row = row_text(findings[i]);
    if (text.size() + row.size() + left_out(findings.size()).size() + ending.size() >=
        kLongestComment) {
      text += left_out(findings.size() - i);
      break;
    }
    text += row;
  }
  return text + ending;
}

}  // namespace ndbench
