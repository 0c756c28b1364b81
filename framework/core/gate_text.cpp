#include "core/gate_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/command_text.h"
#include "core/markdown_text.h"
#include "core/summary_text.h"

namespace ndbench {
namespace {

const char* word(const Finding& finding) {
  if (finding.is_refuted) return "not seen again";
  switch (finding.kind) {
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

/// "+9.8 % [+9.1, +10.4]"; without the interval where two values do not tell one.
std::string change_text(const Finding& finding) {
  if (std::isinf(finding.change)) return "from none";
  std::string text = percent(finding.change) + " %";
  if (std::isfinite(finding.interval.low)) {
    text += fmt::format(" [{}, {}]", percent(finding.interval.low), percent(finding.interval.high));
  }
  if (!finding.measured_again.empty()) text += "; measured again " + finding.measured_again;
  return text;
}

std::string row_text(const Finding& finding) {
  const std::string head =
      fmt::format("| {} | {} | {} | {} |", word(finding), markdown_text(finding.name),
                  short_target(finding.target), markdown_text(finding.quantity));
  const std::string commit = markdown_text(finding.commit_before.substr(0, 12));
  if (finding.kind == Finding::Kind::kDrift) {
    return fmt::format("{} {} | | | | {} |\n", head, finding.states, commit);
  }
  return fmt::format("{} {} → {} | {} | {:.1g} | {} of {} | {} |\n", head,
                     value_text(finding, finding.before), value_text(finding, finding.after),
                     change_text(finding), finding.p, finding.since, finding.runs, commit);
}

/// So many are worth a line that measures them again.
constexpr std::size_t kMostReproduced = 10;

std::string reproduction(const GateVerdict& verdict) {
  const JudgedRun& run = verdict.run;
  const std::string suite = run.suite_file.empty() ? run.suite : run.suite_file;
  std::vector<std::string> names;
  for (const Finding& finding : verdict.findings) {
    const bool is_there = std::find(names.begin(), names.end(), finding.name) != names.end();
    if (!is_there && names.size() < kMostReproduced) names.push_back(finding.name);
  }
  std::string text = "\nAgain, the worst first:\n\n";
  for (const std::string& name : names) {
    text += fmt::format("- {}\n", markdown_code(command_again(suite, name, run.place_flags)));
  }
  return text;
}

/// "1 worse, 1 with other bits, 0 better, 2 not seen again"
std::string counts(const std::vector<Finding>& findings) {
  const auto count = [&](Finding::Kind kind) {
    return std::count_if(findings.begin(), findings.end(), [&](const Finding& finding) {
      return finding.kind == kind && !finding.is_refuted;
    });
  };
  std::string text =
      fmt::format("{} worse, {} with other bits, {} better", count(Finding::Kind::kWorse),
                  count(Finding::Kind::kDrift), count(Finding::Kind::kBetter));
  const auto refuted = std::count_if(findings.begin(), findings.end(),
                                     [](const Finding& finding) { return finding.is_refuted; });
  return refuted == 0 ? text : fmt::format("{}, {} not seen again", text, refuted);
}

}  // namespace

std::string gate_text(const GateVerdict& verdict) {
  const JudgedRun& run = verdict.run;
  std::string text = fmt::format(
      "**ndbench gate**: {}; {} histories judged, the longest of {} run{}\n\n"
      "Run {} of suite {}, begun {} on {}, built from {}.\n",
      counts(verdict.findings), verdict.histories, verdict.longest, verdict.longest == 1 ? "" : "s",
      run.run.substr(0, 8), markdown_text(run.suite), markdown_text(run.started),
      markdown_text(run.host), markdown_text(run.commit.substr(0, 12)));
  if (!verdict.unjudged.empty()) text += "\n";
  for (const std::string& line : verdict.unjudged) {
    text += fmt::format("- not judged: {}\n", markdown_text(line));
  }
  if (verdict.findings.empty()) return text;
  text +=
      "\n| | benchmark | target | of | before → since | change [95 %] | p | runs since | last "
      "before "
      "|\n|---|---|---|---|--:|--:|--:|--:|---|\n";
  const std::string ending = reproduction(verdict);
  const auto left_out = [](std::size_t rows) { return fmt::format("\n… and {} more.\n", rows); };
  for (std::size_t i = 0; i < verdict.findings.size(); ++i) {
    const std::string row = row_text(verdict.findings[i]);
    if (text.size() + row.size() + left_out(verdict.findings.size()).size() + ending.size() >=
        kLongestComment) {
      text += left_out(verdict.findings.size() - i);
      break;
    }
    text += row;
  }
  return text + ending;
}

}  // namespace ndbench
