#include "core/run_comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>
#include <tuple>

#include "core/quantity_changes.h"

namespace ndbench {
namespace {

/// The facts whose names the other side has too, or has not.
Facts facts_that(const Facts& facts, const Facts& other, bool are_in_both) {
  Facts result;
  for (const auto& fact : facts) {
    if (other.contains(fact.first) == are_in_both) result.insert(fact);
  }
  return result;
}

std::string setting_words(const ComparedBenchmark& a, const ComparedBenchmark& b,
                          bool are_in_both) {
  return difference_words(facts_that(a.settings, b.settings, are_in_both),
                          facts_that(b.settings, a.settings, are_in_both));
}

/// How targets differ, and which settings only one side tells; "" if they are alike.
std::string unlike_words(const ComparedBenchmark& a, const ComparedBenchmark& b) {
  std::string words = difference_words(a.target, b.target);
  const std::string settings = setting_words(a, b, false);
  if (!words.empty() && !settings.empty()) words += ", ";
  return words + settings;
}

/// Why the whole benchmark cannot be compared; "" if it can.
std::string obstacle(const ComparedBenchmark& a, const ComparedBenchmark& b,
                     const std::string& unlike, const CompareRules& rules) {
  if (!a.problem.empty()) return "A " + a.problem;
  if (!b.problem.empty()) return "B " + b.problem;
  const std::string words = setting_words(a, b, true);
  if (!words.empty()) return "settings differ: " + words;
  return unlike.empty() || rules.unlike ? "" : "targets differ: " + unlike;
}

void add_changes(const ComparedBenchmark& a, const ComparedBenchmark& b, const CompareRules& rules,
                 std::vector<Change>& changes) {
  const std::string unlike = unlike_words(a, b);
  if (std::string why = obstacle(a, b, unlike, rules); !why.empty()) {
    changes.push_back({.benchmark = a.name,
                       .quantity = Quantity::kBenchmark,
                       .verdict = Verdict::kNotComparable,
                       .words = std::move(why)});
    return;
  }
  const std::size_t first = changes.size();
  changes.push_back(cost_change(a, b, rules.threshold));
  if (a.must_repeat && b.must_repeat) changes.push_back(bits_change(a, b));
  if (!a.results.empty() && !b.results.empty() && a.metric == b.metric) {
    changes.push_back(result_change(a, b, rules.threshold));
    if (!a.must_repeat) changes.push_back(spread_change(a, b));
  }
  for (std::size_t i = first; i < changes.size(); ++i) changes[i].unlike = unlike;
}

using BenchmarksByName = std::map<std::string_view, const ComparedBenchmark*>;

BenchmarksByName by_name(const ComparedRun& run) {
  BenchmarksByName benchmarks;
  for (const ComparedBenchmark& benchmark : run.benchmarks) {
    benchmarks.emplace(benchmark.name, &benchmark);
  }
  return benchmarks;
}

std::vector<std::string> names_not_in(const ComparedRun& run, const BenchmarksByName& others) {
  std::vector<std::string> names;
  for (const ComparedBenchmark& benchmark : run.benchmarks) {
    if (!others.contains(benchmark.name)) names.push_back(benchmark.name);
  }
  return names;
}

}  // namespace

const char* to_string(Quantity quantity, Verdict verdict) {
  const bool is_worse = verdict == Verdict::kWorse;
  switch (verdict) {
    case Verdict::kWorse:
    case Verdict::kBetter:
      if (quantity == Quantity::kCost) return is_worse ? "SLOWER" : "FASTER";
      if (quantity == Quantity::kBits) return "OTHER BITS";
      if (quantity == Quantity::kSpread) return is_worse ? "SPREADS MORE" : "SPREADS LESS";
      return is_worse ? "WORSE" : "BETTER";
    case Verdict::kAmbiguous:
      return "AMBIGUOUS";
    case Verdict::kNotComparable:
      return "NOT COMPARABLE";
    case Verdict::kSame:
      return quantity == Quantity::kBits ? "SAME BITS" : "SAME";
  }
  return "";
}

double Change::size() const {
  const double value = quantity == Quantity::kResult ? change / a : std::log(change);
  return std::isnan(value) ? 0.0 : std::abs(value);
}

std::vector<std::string> RunComparison::notes() const {
  std::vector<std::string> notes;
  const auto add_of = [&](const ComparedRun& run, const char* side) {
    if (!run.is_complete) notes.push_back(fmt::format("{} did not come to its end.", side));
    if (run.replicas_are_processes) return;
    notes.push_back(
        fmt::format("{} has repetitions within one process, which are not independent: between two "
                    "processes without a difference such a test finds one far more often than at "
                    "5 %.",
                    side));
  };
  add_of(a, "A");
  add_of(b, "B");
  const bool has_unlike = std::any_of(changes.begin(), changes.end(),
                                      [](const Change& change) { return !change.unlike.empty(); });
  if (has_unlike) notes.emplace_back("Targets differ: what is found need not be the software's.");
  if (changes.empty()) {
    notes.emplace_back("No benchmark is in both.");
  } else {
    notes.push_back(fmt::format(
        "SAME: times and results less than {:.3g} % apart, spreads less than a factor of {:.3g}. "
        "p: adjusted over all benchmarks (Benjamini–Hochberg); intervals: 95 %, not adjusted.",
        100.0 * rules.threshold, kSpreadMargin));
  }
  return notes;
}

RunComparison compare_runs(ComparedRun a, ComparedRun b, const CompareRules& rules) {
  RunComparison result{.a = std::move(a), .b = std::move(b), .rules = rules};
  const BenchmarksByName others = by_name(result.b);
  for (const ComparedBenchmark& benchmark : result.a.benchmarks) {
    const auto other = others.find(benchmark.name);
    if (other != others.end()) add_changes(benchmark, *other->second, rules, result.changes);
  }
  result.only_a = names_not_in(result.a, others);
  result.only_b = names_not_in(result.b, by_name(result.a));
  for (const Quantity quantity : {Quantity::kCost, Quantity::kResult, Quantity::kSpread}) {
    std::vector<Change*> family;
    for (Change& change : result.changes) {
      if (change.quantity == quantity) family.push_back(&change);
    }
    give_verdicts(std::move(family));
  }
  std::stable_sort(result.changes.begin(), result.changes.end(),
                   [](const Change& left, const Change& right) {
                     return std::tuple(left.verdict, left.quantity, -left.size()) <
                            std::tuple(right.verdict, right.quantity, -right.size());
                   });
  return result;
}

}  // namespace ndbench
