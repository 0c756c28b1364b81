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

void add_failures(const Report& report, Statements& statements) {
  // One reason often stands behind many benchmarks.
  std::vector<FailureGroup> kinds;
  std::vector<std::size_t> benchmarks;
  for (const FailureGroup& group : failures_in(report.run.records)) {
    const auto known = std::find_if(kinds.begin(), kinds.end(), [&](const FailureGroup& kind) {
      return kind.word() == std::string(group.word()) &&
             kind.outcome.reason == group.outcome.reason;
    });
    if (known == kinds.end()) {
      kinds.push_back(group);
      benchmarks.push_back(1);
    } else {
      ++benchmarks[static_cast<std::size_t>(known - kinds.begin())];
    }
  }
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const FailureGroup& kind = kinds[i];
    const std::string others =
        benchmarks[i] == 1
            ? fmt::format(" in {} of {}", kind.replicas.size(), count_text(kind.of, "replica"))
            : fmt::format(" and {}", count_text(benchmarks[i] - 1, "other"));
    statements.push_back({kind.outcome.status == Status::kFailed ? Weight::kBad : Weight::kWarning,
                          kind.word(),
                          fmt::format("{}{}: {}", kind.name, others,
                                      printable(kind.outcome.reason, kLongestReason))});
  }
}

void add_parities(const Report& report, Statements& statements) {
  for (const Parity& parity : report.run.summary.failed) {
    statements.push_back(
        {Weight::kBad, "parity",
         fmt::format("{} on {} computes something else than the model says: {}", parity.model,
                     parity.backend, printable(parity.reason, kLongestReason))});
  }
}

void add_changes(const Report& report, Finding::Kind kind, Statements& statements) {
  for (const History& history : report.histories) {
    const std::optional<Finding> finding = finding_in(history);
    if (!finding || finding->kind != kind) continue;
    const bool is_worse = kind == Finding::Kind::kWorse;
    statements.push_back(
        {is_worse ? Weight::kBad : Weight::kGood, is_worse ? "worse" : "better",
         fmt::format("{}: {} changed by {} % against the runs before (p {}), last without it: {}",
                     finding->name, finding->quantity, percent(finding->change),
                     probability_text(finding->p), finding->commit_before.substr(0, 12))});
  }
}

std::string cost_sentence(const Tradeoff& tradeoff) {
  const std::string subject = is_of_determinism(tradeoff) ? "Determinism" : "Mode " + tradeoff.mode;
  const std::string where = fmt::format("for {} on {}", tradeoff.model, tradeoff.backend);
  const Ratio& cost = tradeoff.cost;
  const std::string range =
      fmt::format("({}, {})", cost_range(cost), count_text(cost.pairs, "pair"));
  const double size = 100.0 * std::abs(cost.overhead());
  switch (verdict_of(cost)) {
    case CostVerdict::kRefused:
      return fmt::format("{}'s cost {} is not judged {}: it takes {} pairs", subject, where, range,
                         kFewestForMedian);
    case CostVerdict::kNone:
      return fmt::format("{} costs nothing measurable {} {}", subject, where, range);
    case CostVerdict::kInconclusive:
      return fmt::format("{}'s cost {} is below what is detectable here {}", subject, where, range);
    case CostVerdict::kCosts:
      return fmt::format("{} costs {:.1f} % of {}'s time {} {}", subject, size, tradeoff.reference,
                         where, range);
    case CostVerdict::kSaves:
      return fmt::format("{} saves {:.1f} % of {}'s time {} {}", subject, size, tradeoff.reference,
                         where, range);
  }
  return "";
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
    const CostVerdict verdict = verdict_of(tradeoff.cost);
    const std::string spread =
        tradeoff.spread == nullptr
            ? ""
            : fmt::format("; {} runs: {}", tradeoff.reference, spread_text(*tradeoff.spread));
    const Weight weight = verdict == CostVerdict::kCosts ? Weight::kWarning
                          : verdict == CostVerdict::kNone || verdict == CostVerdict::kSaves
                              ? Weight::kGood
                              : Weight::kNote;
    statements.push_back({weight, "cost", cost_sentence(tradeoff) + spread + "."});
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
  add_failures(report, statements);
  add_parities(report, statements);
  add_changes(report, Finding::Kind::kWorse, statements);
  std::stable_sort(statements.begin(), statements.end(), [](const auto& a, const auto& b) {
    return a.weight < b.weight;  // what was skipped comes after what is bad
  });
  add_costs(report, statements);
  add_repetitions(report, statements);
  add_changes(report, Finding::Kind::kBetter, statements);
  add_notes(report, statements);
  if (report.run.records.empty()) {
    statements.push_back({Weight::kBad, "empty", "Nothing was measured."});
  }
  return statements;
}

}  // namespace ndbench
