#include "core/quantity_changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/equivalence.h"
#include "core/false_discovery.h"
#include "core/permutation.h"
#include "core/replica_plan.h"
#include "core/statistics.h"
#include "core/two_samples.h"

namespace ndbench {
namespace {

constexpr double kLevel = 0.05;

Change not_comparable(Change change, std::string why) {
  change.verdict = Verdict::kNotComparable;
  change.words = std::move(why);
  return change;
}

/// "1 replica of A: too few, it takes 2"; "" if there are enough.
std::string shortage(std::size_t a, std::size_t b, std::size_t fewest) {
  if (std::min(a, b) >= fewest) return "";
  const std::size_t found = a < fewest ? a : b;
  return fmt::format("{} replica{} of {}: too few, it takes {}", found, found == 1 ? "" : "s",
                     a < fewest ? "A" : "B", fewest);
}

bool is_one_draw(const ComparedBenchmark& benchmark) {
  const std::set<std::string> states(benchmark.states.begin(), benchmark.states.end());
  return benchmark.states.size() > 1 && states.size() == 1;
}

/// "A: all replicas are one run repeated"; "" where neither side's are.
std::string one_draw(const ComparedBenchmark& a, const ComparedBenchmark& b) {
  if (is_one_draw(a)) return "all replicas of A are one run repeated";
  return is_one_draw(b) ? "all replicas of B are one run repeated" : "";
}

std::vector<double> logarithms(const std::vector<double>& values) {
  std::vector<double> logs;
  for (const double value : values) logs.push_back(std::log(value));
  return logs;
}

Change change_of(const ComparedBenchmark& a, Quantity quantity, std::size_t in_a,
                 std::size_t in_b) {
  Change change{.benchmark = a.name, .quantity = quantity};
  change.replicas_a = in_a;
  change.replicas_b = in_b;
  if (quantity == Quantity::kResult || quantity == Quantity::kSpread) change.metric = a.metric;
  return change;
}

bool is_worse(const Change& change, bool higher_is_better) {
  return change.quantity == Quantity::kResult ? (change.change > 0.0) != higher_is_better
                                              : change.change > 1.0;
}

/// What it would take to show a change in one benchmark alone; "" where there is enough.
std::string what_it_takes(const Change& change, std::size_t tests) {
  if (change.quantity == Quantity::kSpread) return "";
  const double least = least_permutation_p(change.replicas_a, change.replicas_b);
  const double share = kLevel / static_cast<double>(tests);
  if (least <= share) return "";
  const std::size_t fewest = values_for_permutation_p(share);
  const std::string among = tests == 1
                                ? ""
                                : fmt::format(", adjusted over {} tests {:.2g}", tests,
                                              std::min(1.0, least * static_cast<double>(tests)));
  const std::string takes = fewest == 0 ? "no number of replicas shows it among so many tests"
                                        : fmt::format("it takes {} of each", fewest);
  return fmt::format("no p is below {:.2g}{}: {}", least, among, takes);
}

}  // namespace

Change cost_change(const ComparedBenchmark& a, const ComparedBenchmark& b, double threshold) {
  Change change = change_of(a, Quantity::kCost, a.seconds.size(), b.seconds.size());
  for (const auto& [side, name] : {std::pair(&a, "A"), std::pair(&b, "B")}) {
    if (side->no_seconds.empty()) continue;
    return not_comparable(change, fmt::format("{}: {}", name, side->no_seconds));
  }
  if (std::string few = shortage(a.seconds.size(), b.seconds.size(), 2); !few.empty()) {
    return not_comparable(change, std::move(few));
  }
  const std::vector<double> before = logarithms(a.seconds);
  const std::vector<double> after = logarithms(b.seconds);
  change.a = std::exp(mean(before));
  change.b = std::exp(mean(after));
  change.change = std::exp(mean(after) - mean(before));
  const Interval logs = mean_difference_interval(after, before);
  change.interval = {std::exp(logs.low), std::exp(logs.high)};
  change.p = permutation_test(before, after).p;
  change.p_apart = equivalent_means_p(before, after, std::log1p(threshold));
  change.verdict = is_worse(change, false) ? Verdict::kWorse : Verdict::kBetter;
  return change;
}

Change bits_change(const ComparedBenchmark& a, const ComparedBenchmark& b) {
  Change change = change_of(a, Quantity::kBits, a.states.size(), b.states.size());
  if (std::string words = difference_words(a.origin, b.origin); !words.empty()) {
    return not_comparable(change, "other seeds or steps: " + words);
  }
  if (std::string few = shortage(a.states.size(), b.states.size(), 2); !few.empty()) {
    return not_comparable(change, std::move(few));
  }
  for (const auto& [side, name] : {std::pair(&a, "A"), std::pair(&b, "B")}) {
    const std::set<std::string> states(side->states.begin(), side->states.end());
    if (states.size() == 1) continue;
    return not_comparable(
        change, fmt::format("replicas of {} ended in {} states, not in one", name, states.size()));
  }
  const std::string& before = a.states.front();
  const std::string& after = b.states.front();
  change.verdict = before == after ? Verdict::kSame : Verdict::kWorse;
  if (before != after) change.words = fmt::format("{} → {}", before, after);
  return change;
}

Change result_change(const ComparedBenchmark& a, const ComparedBenchmark& b, double threshold) {
  Change change = change_of(a, Quantity::kResult, a.results.size(), b.results.size());
  change.a = mean(a.results);
  change.b = mean(b.results);
  change.change = change.b - change.a;
  if (a.results == b.results) {
    change.verdict = Verdict::kSame;
    change.words = "each replica has the same result in both";
    return change;
  }
  if (std::string why = one_draw(a, b); !why.empty()) return not_comparable(change, std::move(why));
  if (std::string few = shortage(a.results.size(), b.results.size(), 2); !few.empty()) {
    return not_comparable(change, std::move(few));
  }
  change.p = permutation_test(a.results, b.results).p;
  if (std::isnan(change.p)) return not_comparable(change, "a result is not a finite number");
  change.interval = mean_difference_interval(b.results, a.results);
  change.p_apart = equivalent_means_p(a.results, b.results, threshold * std::abs(change.a));
  change.verdict = is_worse(change, a.higher_is_better) ? Verdict::kWorse : Verdict::kBetter;
  return change;
}

Change spread_change(const ComparedBenchmark& a, const ComparedBenchmark& b) {
  Change change = change_of(a, Quantity::kSpread, a.results.size(), b.results.size());
  if (std::string why = one_draw(a, b); !why.empty()) return not_comparable(change, std::move(why));
  change.a = sample_standard_deviation(a.results);
  change.b = sample_standard_deviation(b.results);
  if (change.a > 0.0) change.change = change.b / change.a;
  if (std::string few = shortage(a.results.size(), b.results.size(), kFewestForSpread);
      !few.empty()) {
    return not_comparable(change, std::move(few));
  }
  change.p = brown_forsythe(a.results, b.results).p;
  if (std::isnan(change.p)) return not_comparable(change, "a result is not a finite number");
  change.verdict = change.b > change.a ? Verdict::kWorse : Verdict::kBetter;
  if (is_not_normal(a.results) || is_not_normal(b.results)) {
    change.words = "results are not normal: no interval, and never the same";
    return change;
  }
  change.interval = deviation_ratio_interval(b.results, a.results);
  change.p_apart = equivalent_deviations_p(a.results, b.results, kSpreadMargin);
  return change;
}

void give_verdicts(std::vector<Change*> family) {
  std::erase_if(family, [](const Change* change) { return std::isnan(change->p); });
  std::vector<double> differ;
  std::vector<double> apart;
  for (const Change* change : family) {
    differ.push_back(change->p);
    apart.push_back(change->p_apart);
  }
  differ = adjusted_p(differ);
  apart = adjusted_p(apart);
  for (std::size_t i = 0; i < family.size(); ++i) {
    Change& change = *family[i];
    change.p = differ[i];
    change.p_apart = apart[i];
    if (change.p_apart <= kLevel) {
      change.verdict = Verdict::kSame;
    } else if (!(change.p <= kLevel)) {
      change.verdict = Verdict::kAmbiguous;
      if (change.words.empty()) change.words = what_it_takes(change, family.size());
    }
  }
}

}  // namespace ndbench
