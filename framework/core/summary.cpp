#include "core/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/printable.h"
#include "core/provenance.h"

namespace ndbench {
namespace {

/// A replica whose samples and state count: it ran to its end, and took a time that has a
/// logarithm, which a step below the clock's tick has not.
bool is_complete(const Record& record) {
  if (record.finished.state_hash.empty() || record.iterations() == 0) return false;
  const double seconds = record.real_seconds();
  return std::isfinite(seconds) && seconds > 0.0;
}

using ModeRecords = std::vector<const Record*>;

std::vector<double> values(const ModeRecords& records, double (*of)(const Record&)) {
  std::vector<double> result;
  for (const Record* record : records) result.push_back(of(*record));
  return result;
}

/// Times of two modes, by the replicas that both completed.
std::optional<Ratio> cost(const ModeRecords& mode, const ModeRecords& reference) {
  std::vector<double> numerator;
  std::vector<double> denominator;
  for (const Record* record : mode) {
    const auto partner = std::find_if(reference.begin(), reference.end(), [&](const Record* other) {
      return other->replica == record->replica;
    });
    if (partner == reference.end()) continue;
    numerator.push_back(record->real_seconds());
    denominator.push_back((*partner)->real_seconds());
  }
  if (numerator.empty()) return std::nullopt;
  return paired_ratio(numerator, denominator);
}

/// A share as signed per cent, at most 6 characters.
std::string percent(double share) {
  const double value = 100.0 * share;
  const double size = std::abs(value);
  return size >= 9999.5 ? fmt::format("{:+.0e}", value)
                        : fmt::format("{:+.{}f}", value, size < 99.95 ? 1 : 0);
}

std::string cost_words(const Ratio& cost, const std::string& reference) {
  if (std::isnan(cost.interval.low)) {
    return fmt::format("cost against {} unknown: it needs 2 or more replicas", reference);
  }
  const std::string detectable =
      fmt::format("(detectable from {} %)", percent(cost.minimum_detectable_effect));
  if (cost.interval.low <= 1.0 && cost.interval.high >= 1.0) {
    return fmt::format("no measurable cost against {} {}", reference, detectable);
  }
  return fmt::format("{} {:.1f} % of {}'s time {}", cost.ratio > 1.0 ? "costs" : "saves",
                     100.0 * std::abs(cost.ratio - 1.0), reference, detectable);
}

std::string state_words(const ModeSummary& mode) {
  if (mode.replicas < 2) return "repetition not proven: one replica";
  if (mode.distinct_states == 1) {
    return fmt::format("bit-identical over {} replicas", mode.replicas);
  }
  if (mode.must_repeat) {
    return fmt::format("BREACHED: {} states in {} replicas", mode.distinct_states, mode.replicas);
  }
  return fmt::format("{} states in {} replicas", mode.distinct_states, mode.replicas);
}

ModeSummary summarize_mode(const ModeRecords& records) {
  ModeSummary summary;
  const Record& first = *records.front();
  summary.mode = first.cell.mode.name;
  summary.must_repeat = first.cell.mode.must_repeat();
  summary.replicas = records.size();
  summary.samples_per_second =
      median(values(records, [](const Record& record) { return record.samples_per_second(); }));
  std::set<std::string> states;
  for (const Record* record : records) states.insert(record->finished.state_hash);
  summary.distinct_states = states.size();
  if (const Evaluation* evaluation = first.evaluation()) {
    summary.metric = evaluation->metric;
    summary.higher_is_better = evaluation->higher_is_better;
    const auto qualities =
        values(records, [](const Record& record) { return record.evaluation()->value; });
    summary.quality_mean = mean(qualities);
    summary.quality_deviation = sample_standard_deviation(qualities);
  }
  return summary;
}

GroupSummary summarize_group(const std::vector<const Record*>& records, const Machine& machine) {
  const Cell& cell = records.front()->cell;
  GroupSummary group;
  group.name = cell.group_name();
  group.model = cell.model.name;
  group.backend = cell.backend.name;
  group.scope = cell.scope == ScopeKind::kStep ? "step" : "epoch";
  std::vector<std::pair<Mode, ModeRecords>> modes;
  for (const Record* record : records) {
    if (!is_complete(*record)) {
      group.problem = record->outcome.reason;
      continue;
    }
    group.target = target_fingerprint(machine, *record);
    auto found = std::find_if(modes.begin(), modes.end(), [&](const auto& mode) {
      return mode.first.name == record->cell.mode.name;
    });
    if (found == modes.end()) found = modes.insert(modes.end(), {record->cell.mode, {}});
    found->second.push_back(record);
  }
  if (modes.empty()) return group;
  group.problem.clear();
  auto reference = std::find_if(modes.begin(), modes.end(),
                                [](const auto& mode) { return mode.first.name == "noisy"; });
  if (reference == modes.end()) {
    reference = std::find_if(modes.begin(), modes.end(),
                             [](const auto& mode) { return !mode.first.deterministic; });
  }
  if (reference == modes.end()) reference = modes.begin();
  group.reference = reference->first.name;
  for (const auto& [mode, mode_records] : modes) {
    ModeSummary summary = summarize_mode(mode_records);
    summary.verdict = state_words(summary);
    if (mode.name != group.reference) summary.cost = cost(mode_records, reference->second);
    if (summary.cost) summary.verdict += "; " + cost_words(*summary.cost, group.reference);
    group.modes.push_back(std::move(summary));
  }
  // The reference first: the others are read against it.
  std::stable_partition(group.modes.begin(), group.modes.end(),
                        [&](const ModeSummary& mode) { return mode.mode == group.reference; });
  return group;
}

std::string quality_text(const ModeSummary& mode) {
  if (mode.metric.empty()) return "";
  if (std::isnan(mode.quality_deviation)) return fmt::format("{:.4f}", mode.quality_mean);
  if (mode.quality_deviation == 0.0) return fmt::format("{:.4f} ± 0", mode.quality_mean);
  return fmt::format("{:.4f} ± {:.4f}", mode.quality_mean, mode.quality_deviation);
}

std::string overhead_text(const Ratio& cost) {
  const std::string overhead = percent(cost.ratio - 1.0) + " %";
  if (std::isnan(cost.interval.low)) return overhead;
  return fmt::format("{} [{}, {}]", overhead, percent(cost.interval.low - 1.0),
                     percent(cost.interval.high - 1.0));
}

std::string short_target(const std::string& target) { return target.substr(0, 8); }

std::string machine_text(const Machine& machine) {
  return fmt::format("{}, {} core{}", machine.cpu_model, machine.cores,
                     machine.cores == 1 ? "" : "s");
}

/// Nothing is cut.
std::string plain(const std::string& text) { return printable(text, std::string::npos); }

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

std::vector<GroupSummary> summarize(const std::vector<Record>& records, const Machine& machine) {
  std::vector<std::pair<std::string, std::vector<const Record*>>> groups;
  for (const Record& record : records) {
    const std::string name = record.cell.group_name();
    auto found = std::find_if(groups.begin(), groups.end(),
                              [&](const auto& group) { return group.first == name; });
    if (found == groups.end()) found = groups.insert(groups.end(), {name, {}});
    found->second.push_back(&record);
  }
  std::vector<GroupSummary> result;
  for (const auto& [name, group] : groups) result.push_back(summarize_group(group, machine));
  return result;
}

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
      text += wrapped(mode.mode + ": " + mode.verdict + ".", 2, kWidth);
    }
  }
  return text +
         "\nratio = time of the mode / time of the reference mode, which is listed first;\n"
         "n = fresh processes; hashes = distinct final states; intervals: Student's t\n"
         "on the logarithms of paired ratios.\n";
}

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
                      mode.distinct_states, cell_text(mode.verdict));
    }
  }
  return text +
         "\nn: fresh processes (replicas). samples/s: median over replicas. ratio: time of the "
         "mode "
         "/ time of the reference mode (listed first), geometric mean over paired replicas; "
         "overhead = ratio − 1, with a 95 % interval by Student's t on the log-ratios. std: sample "
         "standard deviation. distinct hashes: different final training states, XXH3-128. Seeds, "
         "raw samples and provenance of each replica: journal.jsonl in this folder.\n";
}

}  // namespace ndbench
