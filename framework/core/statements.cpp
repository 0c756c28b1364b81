#include "core/statements.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/failure_groups.h"
#include "core/printable.h"
#include "core/summary_text.h"
#include "core/tradeoff.h"
#include "core/verdicts.h"

namespace ndbench {
namespace {

using Statements = std::vector<Statement>;
using Weight = Statement::Weight;

constexpr std::size_t kLongestReason = 300;

std::string count_text(std::size_t count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

/// Breaches and failures: a sentence for each reason, which often stands behind many benchmarks.
void add_failures(const std::vector<FailureGroup>& groups, Statements& statements) {
  std::vector<std::pair<FailureGroup, std::size_t>> reasons;  // with how many benchmarks have it
  for (const FailureGroup& group : groups) {
    if (group.outcome.status != Status::kFailed) continue;
    const auto known = std::find_if(reasons.begin(), reasons.end(), [&](const auto& reason) {
      return reason.first.is_breach() == group.is_breach() &&
             reason.first.outcome.reason == group.outcome.reason;
    });
    if (known == reasons.end()) {
      reasons.emplace_back(group, 1);
    } else {
      ++known->second;
    }
  }
  for (const auto& [group, benchmarks] : reasons) {
    const std::string others =
        benchmarks == 1
            ? fmt::format(" in {} of {}", group.replicas.size(), count_text(group.of, "replica"))
            : fmt::format(" and {}", count_text(benchmarks - 1, "other"));
    statements.push_back({Weight::kBad, group.word(),
                          fmt::format("{}{}: {}", group.name, others,
                                      printable(group.outcome.reason, kLongestReason))});
  }
}

/// What was skipped, in one sentence with the most frequent reason.
void add_skipped(const std::vector<FailureGroup>& groups, Statements& statements) {
  std::map<std::string, std::size_t> reasons;
  std::size_t benchmarks = 0;
  for (const FailureGroup& group : groups) {
    if (group.outcome.status != Status::kSkipped) continue;
    ++reasons[group.outcome.reason];
    ++benchmarks;
  }
  if (reasons.empty()) return;
  const auto most =
      std::max_element(reasons.begin(), reasons.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  const std::string text = printable(most->first, kLongestReason);
  statements.push_back(
      {Weight::kWarning, "skipped",
       reasons.size() == 1
           ? fmt::format("{}: {}", count_text(benchmarks, "benchmark"), text)
           : fmt::format("{} for {}, {} of them: {}", count_text(benchmarks, "benchmark"),
                         count_text(reasons.size(), "reason"), most->second, text)});
}

void add_parities(const Report& report, Statements& statements) {
  for (const Parity& parity : report.run.summary.failed) {
    statements.push_back(
        {Weight::kBad, "parity",
         fmt::format("{} on {} computes something else than the model says: {}", parity.model,
                     parity.backend, printable(parity.reason, kLongestReason))});
  }
}

/// "by +9.8 %"; of nothing there is no share: "from 0 to 0.0120".
std::string change_text(const Finding& finding) {
  return finding.before == 0.0
             ? fmt::format("from {} to {}", number_text(finding.before), number_text(finding.after))
             : fmt::format("by {} %", percent(finding.change));
}

Statement statement_of(const Finding& finding) {
  const std::string before = finding.commit_before.substr(0, 12);
  if (finding.kind == Finding::Kind::kDrift) {
    return {Weight::kBad, "drift",
            fmt::format("{} ends in other bits than before ({}), last without it: {}", finding.name,
                        finding.states, before)};
  }
  const bool is_worse = finding.kind == Finding::Kind::kWorse;
  return {is_worse ? Weight::kBad : Weight::kGood, is_worse ? "worse" : "better",
          fmt::format("{}: {} changed {} against the runs before (p {}), last without it: {}",
                      finding.name, finding.quantity, change_text(finding),
                      probability_text(finding.p), before)};
}

/// What the gate finds, but for changes to the better or those alone.
void add_changes(const Report& report, bool is_better, Statements& statements) {
  for (const Finding& finding : report.findings) {
    if ((finding.kind == Finding::Kind::kBetter) != is_better) continue;
    statements.push_back(statement_of(finding));
  }
}

/// That no cost was seen is good news only where a small one would have been.
Weight weight_of(const Ratio& cost) {
  constexpr double kSmall = 0.05;
  switch (verdict_of(cost)) {
    case CostVerdict::kCosts:
      return Weight::kWarning;
    case CostVerdict::kSaves:
      return Weight::kGood;
    case CostVerdict::kNone:
      return cost.minimum_detectable_effect <= kSmall ? Weight::kGood : Weight::kNote;
    default:
      return Weight::kNote;
  }
}

void add_costs(const Report& report, Statements& statements) {
  std::vector<Tradeoff> tradeoffs = tradeoffs_of(report.run.summary);
  std::stable_sort(tradeoffs.begin(), tradeoffs.end(), [](const Tradeoff& a, const Tradeoff& b) {
    const auto costs = [](const Tradeoff& one) {
      return verdict_of(one.cost) == CostVerdict::kCosts ? one.cost.overhead() : -INFINITY;
    };
    return costs(a) > costs(b);
  });
  for (const Tradeoff& tradeoff : tradeoffs) {
    statements.push_back({weight_of(tradeoff.cost), "cost", sentence(tradeoff)});
  }
}

void add_repetitions(const Report& report, Statements& statements) {
  std::size_t repeated = 0;
  std::size_t fewest = 0;
  for (const GroupSummary& group : report.run.summary.groups) {
    for (const ModeSummary& mode : group.modes) {
      if (!mode.must_repeat || !mode.is_one_draw()) continue;
      ++repeated;
      fewest = fewest == 0 ? mode.replicas : std::min(fewest, mode.replicas);
    }
  }
  if (repeated == 0) return;
  statements.push_back(
      {Weight::kGood, "repeats",
       fmt::format("{} that must repeat did so bit for bit, over {} or more each (with {}, at most "
                   "{:.0f} % of further runs can differ at 95 %).",
                   count_text(repeated, "benchmark"), count_text(fewest, "replica"), fewest,
                   std::ceil(100.0 * differing_share_bound(fewest)))});
}

void add_notes(const Report& report, Statements& statements) {
  const Summary& summary = report.run.summary;
  std::size_t disturbed = 0;
  for (const GroupSummary& group : summary.groups) {
    disturbed += group.disturbance.still > 0 ? 1 : 0;
  }
  if (disturbed > 0) {
    statements.push_back({Weight::kNote, "contention",
                          fmt::format("Something else used the machine during {} of {}; their "
                                      "intervals are wider for it.",
                                      disturbed, count_text(summary.groups.size(), "group"))});
  }
  if (const std::string text = retried_text(summary.retried); !text.empty()) {
    statements.push_back({Weight::kNote, "attempts", text + "."});
  }
  if (const std::string text = multiplicity_words(summary); !text.empty()) {
    statements.push_back({Weight::kNote, "chance", text});
  }
}

}  // namespace

std::vector<Statement> statements_of(const Report& report) {
  Statements statements;
  if (!report.run.is_complete) {
    statements.push_back({Weight::kBad, "incomplete",
                          "This run did not come to its end: what follows is what there is."});
  }
  const std::vector<FailureGroup> failures = failures_in(report.run.records);
  add_failures(failures, statements);
  add_parities(report, statements);
  add_changes(report, false, statements);
  add_costs(report, statements);
  add_repetitions(report, statements);
  add_skipped(failures, statements);
  add_changes(report, true, statements);
  add_notes(report, statements);
  if (report.run.records.empty()) {
    statements.push_back({Weight::kBad, "empty", "Nothing was measured."});
  }
  return statements;
}

}  // namespace ndbench
