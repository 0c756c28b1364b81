#include "core/run_comparison.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "core/comparison_text.h"
#include "core/json_text.h"
#include "evaluated_records.h"

namespace ndbench {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const std::vector<double> kTimes{1.00, 1.01, 0.99, 1.005, 0.995, 1.002};

ComparedBenchmark timed(const std::string& name, const std::vector<double>& seconds) {
  ComparedBenchmark benchmark{.name = name};
  benchmark.target = {{"cpu_model", "Brand Z9"}, {"cores", "2"}};
  benchmark.settings = {{"batch_size", "8"}};
  benchmark.seconds = seconds;
  for (std::size_t i = 0; i < seconds.size(); ++i) benchmark.states.push_back("state");
  return benchmark;
}

ComparedBenchmark fixed(const std::vector<std::string>& states) {
  ComparedBenchmark benchmark = timed("m/cpu/fixed/step", kTimes);
  benchmark.must_repeat = true;
  benchmark.states = states;
  benchmark.origin = {{"suite_seed", "1"}};
  return benchmark;
}

/// An epoch cell whose replicas had these results, each in a state of its own.
ComparedBenchmark resulting(const std::vector<double>& results) {
  ComparedBenchmark benchmark = timed("m/cpu/noisy/epoch", std::vector(results.size(), 1.0));
  benchmark.metric = "accuracy";
  benchmark.results = results;
  for (std::size_t i = 0; i < results.size(); ++i) benchmark.states[i] = std::to_string(i);
  return benchmark;
}

ComparedRun run_of(std::vector<ComparedBenchmark> benchmarks) {
  return {.source = "s", .words = "run", .benchmarks = std::move(benchmarks)};
}

std::vector<double> times(double factor, const std::vector<double>& seconds = kTimes) {
  std::vector<double> result = seconds;
  for (double& value : result) value *= factor;
  return result;
}

RunComparison compared(const ComparedBenchmark& a, const ComparedBenchmark& b,
                       const CompareRules& rules = {}) {
  return compare_runs(run_of({a}), run_of({b}), rules);
}

/// The one change of that quantity.
Change change_in(const RunComparison& comparison, Quantity quantity) {
  for (const Change& change : comparison.changes) {
    if (change.quantity == quantity) return change;
  }
  ADD_FAILURE() << "no such change";
  return {};
}

Change cost(const std::vector<double>& a, const std::vector<double>& b,
            const CompareRules& rules = {}) {
  return change_in(compared(timed("x", a), timed("x", b), rules), Quantity::kCost);
}

TEST(RunComparison, CallsTenPercentSlowerOrFaster) {
  const Change slower = cost(kTimes, times(1.1));
  EXPECT_EQ(slower.verdict, Verdict::kWorse);
  EXPECT_STREQ(to_string(slower.quantity, slower.verdict), "SLOWER");
  EXPECT_NEAR(slower.change, 1.1, 1e-12);
  EXPECT_LT(slower.interval.low, 1.1);
  EXPECT_GT(slower.interval.high, 1.1);
  EXPECT_DOUBLE_EQ(slower.p, 2.0 / 924.0);
  EXPECT_EQ(cost(times(1.1), kTimes).verdict, Verdict::kBetter);
}

TEST(RunComparison, CallsWhatIsShownToBeAlikeTheSame) {
  EXPECT_EQ(cost(kTimes, kTimes).verdict, Verdict::kSame);
  // A change of 1 % is found, and is within 5 %.
  const std::vector<double> steady{1.0, 1.0001, 0.9999, 1.0002, 0.9998, 1.0};
  EXPECT_EQ(cost(steady, times(1.01, steady), {.threshold = 0.05}).verdict, Verdict::kSame);
  EXPECT_EQ(cost(steady, times(1.01, steady), {.threshold = 0.005}).verdict, Verdict::kWorse);
  EXPECT_EQ(cost(kTimes, kTimes, {.threshold = 0.0001}).verdict, Verdict::kAmbiguous);
}

TEST(RunComparison, SaysHowManyReplicasAVerdictTakes) {
  const std::vector<double> three{1.0, 1.01, 0.99};
  const Change change = cost(three, times(1.5, three));
  EXPECT_EQ(change.verdict, Verdict::kAmbiguous);
  EXPECT_DOUBLE_EQ(change.p, 0.1);
  EXPECT_EQ(change.words, "no p is below 0.1: it takes 4 of each");
}

TEST(RunComparison, AdjustsOverTheFamily) {
  std::vector<ComparedBenchmark> before;
  std::vector<ComparedBenchmark> after;
  for (int i = 0; i < 100; ++i) {
    before.push_back(timed(std::to_string(i), {1.0, 1.1, 0.9, 1.05}));
    after.push_back(timed(std::to_string(i), times(i == 0 ? 3.0 : 1.0, {1.0, 1.1, 0.9, 1.05})));
  }
  const RunComparison comparison = compare_runs(run_of(before), run_of(after), {});
  const Change& first = comparison.changes.front();
  EXPECT_EQ(first.verdict, Verdict::kAmbiguous);
  EXPECT_EQ(first.benchmark, "0");
  EXPECT_EQ(first.p, 1.0);
  EXPECT_EQ(first.words, "no p is below 0.029, adjusted over 100 tests 1: it takes 8 of each");
}

TEST(RunComparison, NeedsTwoReplicasThatRanAlone) {
  Change change = cost({1.0}, kTimes);
  EXPECT_EQ(change.verdict, Verdict::kNotComparable);
  EXPECT_EQ(change.words, "1 replica of A: too few, it takes 2");
  ComparedBenchmark beside = timed("x", {});
  beside.no_seconds = "replicas ran side by side";
  change = change_in(compared(timed("x", kTimes), beside), Quantity::kCost);
  EXPECT_EQ(change.verdict, Verdict::kNotComparable);
  EXPECT_EQ(change.words, "B: replicas ran side by side");
}

TEST(RunComparison, CountsReplicasAndVerdictsOfEachSide) {
  const RunComparison comparison = compare_runs(run_of({timed("x", {1.0, 1.1}), fixed({"s", "s"})}),
                                                run_of({timed("x", {1.0}), fixed({"s", "s"})}), {});
  EXPECT_EQ(verdict_counts(comparison), "1 NOT COMPARABLE, 1 SAME, 1 SAME BITS");
  const std::string text = comparison_text(comparison);
  EXPECT_THAT(text, AllOf(HasSubstr("replicas: 2 in A, 1 in B; 1 replica of B: too few"),
                          HasSubstr("replicas: 2 in A, 2 in B\n")));
}

TEST(RunComparison, RefusesUnlikeTargetsWithWhatDiffers) {
  ComparedBenchmark other = fixed({"s", "s"});
  other.target["cores"] = "4";
  const RunComparison refused = compared(fixed({"s", "s"}), other);
  ASSERT_THAT(refused.changes, SizeIs(1));
  EXPECT_EQ(refused.changes[0].quantity, Quantity::kBenchmark);
  EXPECT_EQ(refused.changes[0].words, "targets differ: cores 2 / 4");
  const RunComparison unlike = compared(fixed({"s", "s"}), other, {.unlike = true});
  ASSERT_THAT(unlike.changes, SizeIs(2));
  for (const Change& change : unlike.changes) EXPECT_EQ(change.unlike, "cores 2 / 4");
  EXPECT_EQ(change_in(unlike, Quantity::kBits).verdict, Verdict::kSame);
  EXPECT_THAT(comparison_text(unlike), HasSubstr("targets differ: cores 2 / 4"));
  EXPECT_THAT(comparison_markdown(unlike), HasSubstr("targets differ: cores 2 / 4"));
}

TEST(RunComparison, RefusesOtherSettingsAlsoOnUnlikeTargets) {
  ComparedBenchmark other = timed("x", kTimes);
  other.settings["batch_size"] = "16";
  const RunComparison comparison = compared(timed("x", kTimes), other, {.unlike = true});
  ASSERT_THAT(comparison.changes, SizeIs(1));
  EXPECT_EQ(comparison.changes[0].words, "settings differ: batch_size 8 / 16");
}

TEST(RunComparison, ComparesWithUnknownSettingsOnlyOnDemand) {
  ComparedBenchmark other = timed("x", kTimes);
  other.settings.clear();
  EXPECT_EQ(compared(timed("x", kTimes), other).changes[0].words,
            "targets differ: batch_size 8 / not known");
  const Change change =
      change_in(compared(timed("x", kTimes), other, {.unlike = true}), Quantity::kCost);
  EXPECT_EQ(change.verdict, Verdict::kSame);
  EXPECT_EQ(change.unlike, "batch_size 8 / not known");
}

TEST(RunComparison, SaysWhyOneSideHasNothing) {
  ComparedBenchmark failed{.name = "x"};
  failed.problem = "failed: no memory";
  const RunComparison comparison = compared(timed("x", kTimes), failed);
  ASSERT_THAT(comparison.changes, SizeIs(1));
  EXPECT_EQ(comparison.changes[0].words, "B failed: no memory");
}

TEST(RunComparison, ListsWhatOneSideHasAlone) {
  const RunComparison comparison =
      compare_runs(run_of({timed("a", kTimes)}), run_of({timed("b", kTimes)}), {});
  EXPECT_THAT(comparison.changes, IsEmpty());
  EXPECT_THAT(comparison.only_a, ElementsAre("a"));
  EXPECT_THAT(comparison.only_b, ElementsAre("b"));
  EXPECT_THAT(comparison_text(comparison),
              AllOf(HasSubstr("no verdict"), HasSubstr("Only in A:\n    a\n"),
                    HasSubstr("No benchmark is in both.")));
}

Change bits(const ComparedBenchmark& a, const ComparedBenchmark& b) {
  return change_in(compared(a, b), Quantity::kBits);
}

TEST(RunComparison, ComparesTheOneStateOfEach) {
  EXPECT_EQ(bits(fixed({"s", "s"}), fixed({"s", "s", "s"})).verdict, Verdict::kSame);
  const Change other = bits(fixed({"s", "s"}), fixed({"t", "t"}));
  EXPECT_EQ(other.verdict, Verdict::kWorse);
  EXPECT_STREQ(to_string(other.quantity, other.verdict), "OTHER BITS");
  EXPECT_EQ(other.words, "s → t");
  EXPECT_EQ(bits(fixed({"s", "t"}), fixed({"s", "s"})).words,
            "replicas of A ended in 2 states, not in one");
  EXPECT_EQ(bits(fixed({"s", "s"}), fixed({"s"})).words, "1 replica of B: too few, it takes 2");
  ComparedBenchmark reseeded = fixed({"s", "s"});
  reseeded.origin["suite_seed"] = "2";
  EXPECT_EQ(bits(fixed({"s", "s"}), reseeded).words, "other seeds or steps: suite_seed 1 / 2");
}

TEST(RunComparison, JudgesResultsByTheirDirection) {
  const std::vector<double> before{0.90, 0.91, 0.92, 0.905, 0.915};
  std::vector<double> after = before;
  for (double& value : after) value -= 0.1;
  Change change = change_in(compared(resulting(before), resulting(after)), Quantity::kResult);
  EXPECT_EQ(change.verdict, Verdict::kWorse);
  EXPECT_NEAR(change.change, -0.1, 1e-12);
  ComparedBenchmark low = resulting(before);
  ComparedBenchmark lower = resulting(after);
  low.higher_is_better = lower.higher_is_better = false;
  change = change_in(compared(low, lower), Quantity::kResult);
  EXPECT_EQ(change.verdict, Verdict::kBetter);
  change = change_in(compared(resulting(before), resulting(before)), Quantity::kResult);
  EXPECT_EQ(change.verdict, Verdict::kSame);
}

TEST(RunComparison, TakesOneDrawForOne) {
  ComparedBenchmark a = resulting({0.9, 0.9, 0.9});
  ComparedBenchmark b = resulting({0.8, 0.81, 0.82});
  a.states = {"s", "s", "s"};
  const RunComparison comparison = compared(a, b);
  EXPECT_EQ(change_in(comparison, Quantity::kResult).words,
            "all replicas of A are one run repeated");
  EXPECT_EQ(change_in(comparison, Quantity::kSpread).words,
            "all replicas of A are one run repeated");
}

TEST(RunComparison, RefusesResultsThatAreNoNumbers) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const RunComparison comparison = compared(resulting({0.9, 0.8, 0.7}), resulting({0.9, nan, 0.7}));
  EXPECT_EQ(change_in(comparison, Quantity::kResult).words, "a result is not a finite number");
}

TEST(RunComparison, JudgesSpreadsOfTenReplicas) {
  const std::vector<double> narrow{.2, .9, .4, .6, .1, .8, .5, .3, .7, .45};
  std::vector<double> wide;
  for (const double value : narrow) wide.push_back(10.0 * value);
  Change change = change_in(compared(resulting(narrow), resulting(wide)), Quantity::kSpread);
  EXPECT_STREQ(to_string(change.quantity, change.verdict), "SPREADS MORE");
  EXPECT_NEAR(change.change, 10.0, 1e-9);
  change = change_in(compared(resulting(wide), resulting(narrow)), Quantity::kSpread);
  EXPECT_STREQ(to_string(change.quantity, change.verdict), "SPREADS LESS");
  change = change_in(compared(resulting({0.1, 0.2}), resulting(wide)), Quantity::kSpread);
  EXPECT_EQ(change.words, "2 replicas of A: too few, it takes 10");
}

TEST(RunComparison, PutsTheWorstFirst) {
  const std::vector<ComparedBenchmark> before{timed("same", kTimes), timed("a", kTimes),
                                              timed("b", kTimes), fixed({"s", "s"})};
  const std::vector<ComparedBenchmark> after{timed("same", kTimes), timed("a", times(1.1)),
                                             timed("b", times(1.3)), fixed({"t", "t"})};
  std::vector<std::string> order;
  for (const Change& change : compare_runs(run_of(before), run_of(after), {}).changes) {
    order.push_back(change.benchmark);
  }
  EXPECT_THAT(order, ElementsAre("b", "a", "m/cpu/fixed/step", testing::_, testing::_));
}

TEST(RunComparison, SaysWhatItCannotKnow) {
  ComparedRun a = run_of({timed("x", kTimes)});
  ComparedRun b = a;
  a.is_complete = false;
  b.replicas_are_processes = false;
  const std::vector<std::string> notes = compare_runs(a, b, {}).notes();
  ASSERT_THAT(notes, SizeIs(3));
  EXPECT_EQ(notes[0], "A did not come to its end.");
  EXPECT_THAT(notes[1], HasSubstr("B has repetitions within one process"));
}

TEST(ComparisonText, MakesHostileNamesHarmless) {
  const std::string hostile = "x\x1b[2J|`<script>\n";
  ComparedBenchmark benchmark = timed(hostile, kTimes);
  ComparedBenchmark other = benchmark;
  other.settings["k\x1b"] = "\xff";
  ComparedRun run = run_of({other});
  run.words = hostile;
  const RunComparison comparison = compare_runs(run_of({benchmark}), run, {});
  for (const std::string& text : {comparison_text(comparison), comparison_markdown(comparison),
                                  json_text(comparison_json(comparison))}) {
    EXPECT_THAT(text, AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("\xff"))));
  }
  EXPECT_THAT(comparison_markdown(comparison), Not(HasSubstr("<script>")));
}

TEST(ComparisonText, FitsEightyColumns) {
  ComparedBenchmark benchmark = timed(std::string(70, 'n'), kTimes);
  const std::string text = comparison_text(compared(benchmark, benchmark));
  std::size_t width = 0;
  for (const char byte : text) {
    width = byte == '\n' ? 0 : width + ((static_cast<unsigned char>(byte) & 0xC0U) != 0x80U);
    EXPECT_LT(width, std::size_t{90});
  }
}

Record step(int replica, double seconds) {
  Record record;
  record.cell.model.name = "m";
  record.cell.backend.name = "cpu";
  record.cell.mode = built_in("fixed");
  record.cell.scope = ScopeKind::kStep;
  record.replica = replica;
  record.steps.seconds = {seconds};
  record.steps.losses = {1.0, 0.9};
  record.steps.batch_size = 16;
  record.state.hash = "state";
  record.in_force["threads"] = "2";
  record.libraries["LibTorch"] = "1.13.1";
  return record;
}

TEST(ComparedBenchmark, HasWhatTheRecordsSay) {
  std::vector<Record> records{step(0, 0.5), step(1, 0.25), step(2, 1.0)};
  records[2].state.hash = "";
  Machine machine;
  machine.cpu_model = "Z9";
  const ComparedBenchmark benchmark = compared_benchmark(pointers(records), machine, "7");
  EXPECT_EQ(benchmark.name, "m/cpu/fixed/step");
  EXPECT_THAT(benchmark.seconds, ElementsAre(0.5, 0.25));
  EXPECT_THAT(benchmark.states, ElementsAre("state", "state"));
  EXPECT_TRUE(benchmark.must_repeat);
  EXPECT_EQ(benchmark.problem, "");
  EXPECT_EQ(benchmark.target.at("cpu_model"), "Z9");
  EXPECT_EQ(benchmark.target.at("threads"), "2");
  EXPECT_EQ(benchmark.target.at("libraries LibTorch"), "1.13.1");
  EXPECT_EQ(benchmark.settings.at("batch_size"), "16");
  EXPECT_EQ(benchmark.origin.at("suite_seed"), "7");
  EXPECT_EQ(benchmark.origin.at("steps"), "0 + 2");
}

TEST(ComparedBenchmark, LeavesOutTimesOfReplicasSideBySide) {
  std::vector<Record> records{step(0, 0.5), step(1, 0.25)};
  records[1].jobs = 2;
  const ComparedBenchmark benchmark = compared_benchmark(pointers(records), {}, "7");
  EXPECT_THAT(benchmark.seconds, IsEmpty());
  EXPECT_EQ(benchmark.no_seconds, "replicas ran side by side");
}

TEST(ComparedBenchmark, SaysWhyNothingCounts) {
  std::vector<Record> records{step(0, 0.5)};
  records[0].state.hash = "";
  records[0].outcome = failed(ExitCode::kBenchmarkFailed, "no memory");
  EXPECT_EQ(compared_benchmark(pointers(records), {}, "7").problem, "failed: no memory");
}

TEST(Facts, DifferInWords) {
  EXPECT_EQ(difference_words({{"a", "1"}}, {{"a", "1"}}), "");
  EXPECT_EQ(difference_words({{"a", "1"}, {"c", ""}}, {{"b", "2"}, {"c", "x"}}),
            "a 1 / not known, b not known / 2, c none / x");
  const std::string many(100, 'f');
  EXPECT_EQ(difference_words({{"flags", many + " avx"}}, {{"flags", many + " amx"}}),
            "flags with avx / with amx");
}

// Simulated runs, as of framework/docs/compare.md.

class Host {
 public:
  explicit Host(double scatter, std::uint64_t seed = 1) : scatter_(scatter), generator_(seed) {}

  /// Of replicas that take one second in the mean; one of a hundred is slower by 10 to 30 %.
  std::vector<double> seconds(std::size_t n, double factor = 1.0) {
    std::vector<double> values(n);
    for (double& value : values) {
      value = factor * std::exp(scatter_ * normal_(generator_));
      if (generator_() % 100 == 0) value *= 1.1 + 0.2 * uniform_(generator_);
    }
    return values;
  }

 private:
  double scatter_;
  std::mt19937_64 generator_;
  std::normal_distribution<double> normal_;
  std::uniform_real_distribution<double> uniform_;
};

struct Shares {
  double worse = 0.0;
  double better = 0.0;
  double same = 0.0;
};

Shares shares_of(Host machine, std::size_t n, std::size_t m, double factor) {
  constexpr int kPairs = 1000;
  Shares shares;
  for (int pair = 0; pair < kPairs; ++pair) {
    const Verdict verdict = cost(machine.seconds(n), machine.seconds(m, factor)).verdict;
    shares.worse += verdict == Verdict::kWorse;
    shares.better += verdict == Verdict::kBetter;
    shares.same += verdict == Verdict::kSame;
  }
  return {shares.worse / kPairs, shares.better / kPairs, shares.same / kPairs};
}

TEST(Calibration, OfOneBenchmark) {
  fmt::print("| n | scatter | change | SLOWER | FASTER | SAME |\n");
  const auto shares = [](std::size_t n, std::size_t m, double scatter, double factor) {
    const Shares result = shares_of(Host(scatter), n, m, factor);
    fmt::print("| {} / {} | {:.1f} % | {:.0f} % | {:.4f} | {:.4f} | {:.4f} |\n", n, m,
               100.0 * scatter, 100.0 * (factor - 1.0), result.worse, result.better, result.same);
    return result;
  };
  for (const double scatter : {0.01, 0.015, 0.065}) {
    for (const auto& [n, m] : {std::pair(4, 4), {6, 6}, {6, 10}, {10, 10}}) {
      const Shares none =
          shares(static_cast<std::size_t>(n), static_cast<std::size_t>(m), scatter, 1.0);
      EXPECT_LE(none.worse + none.better, 0.055) << n << scatter;
    }
  }
  EXPECT_GE(shares(6, 6, 0.015, 1.1).worse, 0.95);
  EXPECT_GE(shares(6, 6, 0.015, 1.05).worse, 0.80);
  EXPECT_GE(shares(10, 10, 0.065, 1.1).worse, 0.80);
  EXPECT_GE(shares(6, 6, 0.005, 1.0).same, 0.85);
  EXPECT_GE(shares(6, 6, 0.01, 1.0).same, 0.70);
  EXPECT_GE(shares(10, 10, 0.01, 1.0).same, 0.80);
  // At the margin itself, the same is said wrongly.
  EXPECT_LE(shares(6, 6, 0.01, 1.02).same, 0.055);
}

TEST(Calibration, OfSidesThatScatterDifferently) {
  constexpr int kPairs = 4000;
  fmt::print("| n | scatter | called |\n");
  for (const auto& [n, m] : {std::pair(4, 4), {12, 4}, {4, 12}}) {
    Host wide(0.06, 2);
    Host narrow(0.02, 3);
    double called = 0.0;
    for (int pair = 0; pair < kPairs; ++pair) {
      const Verdict verdict = cost(wide.seconds(static_cast<std::size_t>(n)),
                                   narrow.seconds(static_cast<std::size_t>(m)))
                                  .verdict;
      called += verdict == Verdict::kWorse || verdict == Verdict::kBetter;
    }
    fmt::print("| {} / {} | 6 % / 2 % | {:.4f} |\n", n, m, called / kPairs);
    // No test is exact here; the few that scatter more are its worst case.
    EXPECT_LE(called / kPairs, n < m ? 0.11 : 0.055) << n;
  }
}

TEST(Calibration, OfAHundredBenchmarks) {
  constexpr int kRuns = 300;
  constexpr int kBenchmarks = 100;
  constexpr int kChanged = 10;
  fmt::print("| n | false share | found |\n");
  for (const std::size_t n : {6U, 8U}) {
    Host machine(0.015);
    double false_share = 0.0;
    double found = 0.0;
    for (int run = 0; run < kRuns; ++run) {
      std::vector<ComparedBenchmark> before;
      std::vector<ComparedBenchmark> after;
      for (int i = 0; i < kBenchmarks; ++i) {
        const std::string name = (i < kChanged ? "changed" : "equal") + std::to_string(i);
        before.push_back(timed(name, machine.seconds(n)));
        after.push_back(timed(name, machine.seconds(n, i < kChanged ? 1.1 : 1.0)));
      }
      int called = 0;
      int real = 0;
      for (const Change& change : compare_runs(run_of(before), run_of(after), {}).changes) {
        if (change.verdict != Verdict::kWorse && change.verdict != Verdict::kBetter) continue;
        ++called;
        real += change.benchmark.starts_with("changed");
      }
      if (called > 0) false_share += static_cast<double>(called - real) / called;
      found += real;
    }
    fmt::print("| {} | {:.4f} | {:.4f} |\n", n, false_share / kRuns, found / kRuns / kChanged);
    EXPECT_LE(false_share / kRuns, 0.05) << n;
    EXPECT_GE(found / kRuns / kChanged, n < 8 ? 0.5 : 0.9) << n;
  }
}

}  // namespace
}  // namespace ndbench
