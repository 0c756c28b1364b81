#include <SQLiteCpp/Database.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "core/fragment_index.h"
#include "core/gate_again.h"
#include "core/gate_findings.h"
#include "core/gate_history.h"
#include "core/gate_text.h"
#include "core/statistics.h"
#include "core/usage_error.h"
#include "journal_fixture.h"
#include "temporary_folder.h"

namespace ndbench {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Lt;
using testing::Not;
using testing::SizeIs;
using testing::ThrowsMessage;

History history_of(std::vector<double> values) {
  std::vector<std::string> commits;
  for (std::size_t i = 0; i < values.size(); ++i) commits.push_back("c" + std::to_string(i));
  return {.name = "m/cpu/fixed/step",
          .target = "f0e1d2c3b4a59687",
          .quantity = "seconds",
          .values = std::move(values),
          .commits = std::move(commits)};
}

/// Runs whose medians scatter by half a per cent around 1.
std::vector<double> level(std::size_t runs) {
  std::mt19937_64 random(5);
  std::normal_distribution<double> noise(1.0, 0.005);
  std::vector<double> values(runs);
  std::generate(values.begin(), values.end(), [&] { return noise(random); });
  return values;
}

/// The one change that is found, if any is.
template <typename AnyHistory>
std::optional<Finding> finding_in(const AnyHistory& history) {
  const std::vector<Finding> findings = findings_in(history);
  EXPECT_LE(findings.size(), 1U);
  return findings.empty() ? std::nullopt : std::optional(findings.front());
}

History with(std::vector<double> values, std::initializer_list<double> more) {
  values.insert(values.end(), more);
  return history_of(std::move(values));
}

/// The median of five processes of a night, as they were seen to scatter: 1.5 % between processes,
/// and one in a hundred is slower by 10 to 30 %.
double night(std::mt19937_64& random, double mean) {
  std::normal_distribution<double> between(1.0, 0.015);
  std::uniform_real_distribution<double> uniform;
  std::array<double, kFewestForNight> seconds{};
  for (double& value : seconds) {
    value = mean * between(random);
    if (uniform(random) < 0.01) value *= 1.1 + 0.2 * uniform(random);
  }
  std::nth_element(seconds.begin(), seconds.begin() + kFewestForNight / 2, seconds.end());
  return seconds[kFewestForNight / 2];
}

TEST(Gate, FindsAChangeInTheRunThatBringsItAndInNoOther) {
  EXPECT_FALSE(finding_in(history_of(level(30))));
  const auto found = finding_in(with(level(30), {1.1}));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->kind, Finding::Kind::kWorse);
  EXPECT_EQ(found->since, 1U);
  EXPECT_EQ(found->runs, 31U);
  EXPECT_EQ(found->commit_before, "c29");
  EXPECT_NEAR(found->change, 0.1, 0.005);
  EXPECT_LT(found->p, 1e-4);
  EXPECT_FALSE(finding_in(with(level(30), {1.1, 1.1})));
}

TEST(Gate, SaysHowWellAChangeIsKnown) {
  const auto found = finding_in(with(level(30), {1.1}));
  ASSERT_TRUE(found);
  EXPECT_LT(found->interval.low, found->change);
  EXPECT_GT(found->interval.high, found->change);
  // One value against 30, by their population deviation: t(0.975, 29) = 2.04523.
  const std::vector<double> before = level(30);
  const double deviation = sample_standard_deviation(before) * std::sqrt(29.0 / 30.0);
  EXPECT_NEAR(found->interval.high - found->change,
              2.04523 * deviation * std::sqrt(1.0 + 1.0 / 30.0) / mean(before), 1e-7);
}

SpreadHistory spread_of_runs(std::vector<std::vector<double>> runs) {
  const std::vector<std::string> commits(runs.size(), "c");
  return {.name = "m/cpu/noisy/epoch",
          .target = "f0e1d2c3b4a59687",
          .metric = "accuracy",
          .runs = std::move(runs),
          .commits = commits};
}

std::vector<double> replicas(std::mt19937_64& random, double deviation, int count = 10) {
  std::normal_distribution<double> result(0.8, deviation);
  std::vector<double> values(static_cast<std::size_t>(count));
  std::generate(values.begin(), values.end(), [&] { return result(random); });
  return values;
}

TEST(GateSpread, FindsThatReplicasPartMoreThanTheyDid) {
  std::mt19937_64 random(7);
  std::vector<std::vector<double>> runs;
  for (int n = 0; n < 20; ++n) runs.push_back(replicas(random, 0.01));
  EXPECT_FALSE(finding_in(spread_of_runs(runs)));
  runs.push_back(replicas(random, 0.05));
  const auto found = finding_in(spread_of_runs(runs));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->kind, Finding::Kind::kWorse);
  EXPECT_EQ(found->quantity, "std of accuracy");
  EXPECT_NEAR(found->before, 0.01, 0.001);
  EXPECT_GT(found->after, 0.025);
  runs.push_back(replicas(random, 0.05));
  EXPECT_FALSE(finding_in(spread_of_runs(runs)));  // told already
}

// On a machine that repeats, a night adds nothing to what was known of the spread.
TEST(GateSpread, CountsRunsOfTheSameResultsAsOneDraw) {
  std::mt19937_64 random(7);
  const std::vector<double> draw = replicas(random, 0.01);
  std::vector<std::vector<double>> runs(40, draw);
  EXPECT_FALSE(finding_in(spread_of_runs(runs)));
  // Three times as wide: certain against 400 replicas, not against ten.
  runs.push_back(draw);
  for (double& value : runs.back()) value = 0.8 + 2.5 * (value - 0.8);
  EXPECT_FALSE(finding_in(spread_of_runs(runs)));
  for (double& value : runs.back()) value = 0.8 + 5.0 * (value - 0.8);
  EXPECT_TRUE(finding_in(spread_of_runs(runs)));
}

TEST(GateSpread, IsNotOfOneReplicaThatStrays) {
  std::mt19937_64 random(7);
  std::vector<std::vector<double>> runs;
  for (int n = 0; n < 20; ++n) runs.push_back(replicas(random, 0.01));
  runs.back().front() = 0.1;
  EXPECT_FALSE(finding_in(spread_of_runs(runs)));
}

TEST(GateSpread, IsNotJudgedOfFewReplicas) {
  EXPECT_FALSE(finding_in(spread_of_runs({{0.1, 0.1, 0.1, 0.1}, {0.1, 0.9, 0.2, 0.8}})));
  EXPECT_FALSE(finding_in(spread_of_runs({{0.1, 0.2, 0.1, 0.1, 0.2}})));
  EXPECT_FALSE(finding_in(spread_of_runs({})));
}

// What the documentation says of both rates, for ten replicas.
TEST(GateSpread, SeldomErrs) {
  constexpr int kSeries = 100;
  std::mt19937_64 random(11);
  int alarms = 0;
  int nights = 0;
  int found_double = 0;
  int found_triple = 0;
  for (int series = 0; series < kSeries; ++series) {
    std::vector<std::vector<double>> runs{replicas(random, 0.01)};
    for (int n = 0; n < 50; ++n, ++nights) {
      runs.push_back(replicas(random, 0.01));
      alarms += finding_in(spread_of_runs(runs)).has_value();
    }
    runs.back() = replicas(random, 0.02);
    found_double += finding_in(spread_of_runs(runs)).has_value();
    runs.back() = replicas(random, 0.03);
    found_triple += finding_in(spread_of_runs(runs)).has_value();
  }
  RecordProperty("alarms", alarms);
  RecordProperty("found_double", found_double);
  RecordProperty("found_triple", found_triple);
  EXPECT_LE(alarms, 2) << "of " << nights;
  EXPECT_GE(found_triple, 75);
  EXPECT_GE(found_double, 25);
}

// Where a change has begun may look a little different with every further night.
TEST(Gate, TellsAChangeOnce) {
  std::mt19937_64 random(3);
  int told = 0;
  for (int series = 0; series < 200; ++series) {
    History history = history_of({});
    const auto add = [&](double mean) {
      history.values.push_back(night(random, mean));
      history.commits.emplace_back("c");
    };
    for (int n = 0; n < 20; ++n) add(1.0);
    int here = 0;
    for (int n = 0; n < 10; ++n) {
      add(1.05);
      const auto finding = finding_in(history);
      if (finding && finding->kind == Finding::Kind::kWorse) ++here;
    }
    EXPECT_LE(here, 2);
    told += here;
  }
  EXPECT_GE(told, 196);
  EXPECT_LE(told, 202);
}

TEST(Gate, TellsWorseFromBetter) {
  EXPECT_EQ(finding_in(with(level(30), {0.9}))->kind, Finding::Kind::kBetter);
  History accuracy = with(level(30), {0.9});
  accuracy.quantity = "accuracy";
  accuracy.higher_is_better = true;
  EXPECT_EQ(finding_in(accuracy)->kind, Finding::Kind::kWorse);
}

TEST(Gate, SaysNothingOfShortHistories) {
  EXPECT_FALSE(finding_in(history_of({})));
  EXPECT_FALSE(finding_in(history_of({1.0})));
  EXPECT_FALSE(finding_in(history_of({1.0, 1.01, 1.3})));
}

/// Whether five more processes of a night confirm it, as `ndbench gate --again` has it.
bool is_seen_again(std::mt19937_64& random, const Finding& finding, double mean) {
  return is_confirmed(finding, night(random, mean) / finding.before);
}

// What the documentation says of both rates, before and after measuring again.
TEST(Gate, SeldomErrsAndFindsAStepOfFivePerCentTheFirstNight) {
  constexpr int kSeries = 300;
  std::mt19937_64 random(2021);
  std::mt19937_64 again(2022);
  int alarms = 0;
  int confirmed_alarms = 0;
  int nights = 0;
  int found = 0;
  int confirmed = 0;
  for (int series = 0; series < kSeries; ++series) {
    History history = history_of({});
    for (int n = 0; n < 100; ++n, ++nights) {
      history.values.push_back(night(random, 1.0));
      history.commits.emplace_back("c");
      for (const Finding& finding : findings_in(history)) {
        if (finding.kind != Finding::Kind::kWorse) continue;
        ++alarms;
        confirmed_alarms += is_seen_again(again, finding, 1.0);
      }
    }
    history.values.resize(60);
    history.values.push_back(night(random, 1.05));
    for (const Finding& finding : findings_in(history)) {
      if (finding.kind != Finding::Kind::kWorse) continue;
      ++found;
      confirmed += is_seen_again(again, finding, 1.05);
    }
  }
  RecordProperty("alarms", alarms);
  RecordProperty("confirmed_alarms", confirmed_alarms);
  RecordProperty("found", found);
  RecordProperty("confirmed", confirmed);
  EXPECT_LE(1000.0 * alarms / nights, 0.4);
  EXPECT_LE(1000.0 * confirmed_alarms / nights, 0.2);
  EXPECT_GE(confirmed, 0.95 * kSeries);
}

Finding finding(Finding::Kind kind, double before, double after) {
  return {.kind = kind,
          .name = "m.7/cpu/fixed/step",
          .target = "f0e1d2c3b4a59687",
          .quantity = "seconds",
          .before = before,
          .after = after,
          .change = after / before - 1.0,
          .interval = {after / before - 1.01, after / before - 0.99},
          .p = 1e-6,
          .runs = 31,
          .since = 1,
          .commit_before = "c0ffee",
          .states = kind == Finding::Kind::kDrift ? "07 → 08" : ""};
}

TEST(Gate, SortsTheWorstFirst) {
  using enum Finding::Kind;
  std::vector<Finding> findings{finding(kBetter, 1, 0.1), finding(kWorse, 1, 1.1),
                                finding(kWorse, 1, 2), finding(kDrift, 0, 0)};
  sort_by_weight(findings);
  EXPECT_EQ(findings[0].kind, kDrift);
  EXPECT_EQ(findings[1].after, 2.0);
  EXPECT_EQ(findings[2].after, 1.1);
  EXPECT_EQ(findings[3].kind, kBetter);
}

TEST(Gate, EndsWithTheWorstOfWhatItFound) {
  using enum Finding::Kind;
  EXPECT_EQ(exit_codes_of({}).worst(), ExitCode::kOk);
  EXPECT_EQ(exit_codes_of({finding(kBetter, 1, 0.5)}).worst(), ExitCode::kOk);
  EXPECT_EQ(exit_codes_of({finding(kWorse, 1, 2)}).worst(), ExitCode::kRegression);
  EXPECT_EQ(exit_codes_of({finding(kDrift, 0, 0), finding(kWorse, 1, 2)}).worst(),
            ExitCode::kDeterminismBreach);
}

const JudgedRun kRun{.run = "0123456789abcdef",
                     .started = "2026-11-21T22:50:01Z",
                     .suite = "nightly",
                     .suite_hash = "5eed",
                     .suite_file = "/s/nightly.toml",
                     .commit = "c0ffee",
                     .host = "h"};

TEST(Gate, NamesBenchmarkSizeAndWhatReproducesIt) {
  using enum Finding::Kind;
  const std::string text =
      gate_text({.run = kRun,
                 .findings = {finding(kDrift, 0, 0), finding(kWorse, 0.01, 0.011)},
                 .histories = 24,
                 .longest = 31});
  EXPECT_THAT(
      text,
      HasSubstr(
          "1 worse, 1 with other bits, 0 better; 24 histories judged, the longest of 31 runs"));
  EXPECT_THAT(text,
              HasSubstr("| other bits | m.7/cpu/fixed/step | f0e1d2c3 | seconds | 07 → 08 |"));
  EXPECT_THAT(text,
              HasSubstr("| 10 ms → 11 ms | +10.0 % [+9.0, +11.0] | 1e-06 | 1 of 31 | c0ffee |"));
  EXPECT_THAT(text, HasSubstr("`ndbench_suite --suite=/s/nightly.toml "
                              "'--benchmark_filter=^m\\.7/cpu/fixed/step$'`"));
  EXPECT_THAT(text, HasSubstr("07 → 08 | | | | c0ffee |"));
}

TEST(Gate, KeepsToTheLengthOfAComment) {
  const std::vector<Finding> many(2000, finding(Finding::Kind::kWorse, 1, 2));
  const std::string text =
      gate_text({.run = kRun, .findings = many, .histories = 2000, .longest = 31});
  EXPECT_THAT(text.size(), AllOf(Lt(kLongestComment), testing::Gt(kLongestComment / 2)));
  EXPECT_THAT(text, HasSubstr(" more.\n"));
  EXPECT_THAT(text, HasSubstr("Again, the worst first:"));
  EXPECT_THAT(gate_text({.run = kRun, .histories = 3, .longest = 1}), Not(HasSubstr("Again")));
}

class GateHistoryTest : public testing::Test {
 protected:
  /// A run of five replicas of a step of so many seconds, or of as many epochs of that accuracy.
  void add_run(int number, double seconds, double accuracy, const std::string& state = "7",
               int replicas = kFewestForNight, const std::string& suite_hash = "5eed",
               const std::string& mode = "fixed") {
    std::vector<json> lines{run_line(number, {}, fmt::format("2026-11-{:02}T00:00:00Z", number))};
    lines.front()["suite"]["hash"] = suite_hash;
    for (int replica = 0; replica < replicas; ++replica) {
      lines.push_back(step_record(mode, replica, {seconds}));
      lines.push_back(epoch_record(mode, replica, {accuracy}));
      for (json* line : {&lines[lines.size() - 2], &lines.back()}) {
        (*line)["state_hash"] = fmt::format("{:0>32}", state);
      }
    }
    lines.push_back(end_line(true));
    index_.add(fragment_at(write_fragment(folder_.path() / std::to_string(number), lines)));
  }

  std::vector<BenchmarkHistory> benchmarks(const std::string& digits = "") {
    return benchmark_histories(store_.database(), find_run(store_.database(), digits));
  }

  std::vector<History> histories(const std::string& digits = "") {
    return histories_of(benchmarks(digits));
  }

  History of(const std::string& name, const std::string& quantity, const std::string& run = "") {
    for (History& history : histories(run)) {
      if (history.name == name && history.quantity == quantity) return history;
    }
    ADD_FAILURE() << "no history of " << quantity << " of " << name;
    return {};
  }

  std::vector<StateHistory> states() { return states_of(benchmarks()); }

  TemporaryFolder folder_;
  Store store_{folder_.path()};
  FragmentIndex index_{store_};
};

TEST_F(GateHistoryTest, HasTimesAndResultsRunByRunUpToTheOneThatIsJudged) {
  for (int number = 1; number <= 3; ++number) add_run(number, 0.1 * number, 0.5 + 0.1 * number);
  ASSERT_THAT(histories(), SizeIs(3));  // the epoch's time and accuracy, the step's time
  EXPECT_THAT(of("m/cpu/fixed/step", "seconds").values,
              ElementsAre(0.1, 0.2, testing::DoubleEq(0.3)));
  EXPECT_THAT(of("m/cpu/fixed/step", "seconds").commits, ElementsAre("c0ffee", "c0ffee", "c0ffee"));
  EXPECT_THAT(of("m/cpu/fixed/step", "seconds").runs,
              ElementsAre(run_id(1), run_id(2), run_id(3)));
  EXPECT_EQ(of("m/cpu/fixed/step", "seconds").started.back(), "2026-11-03T00:00:00Z");
  const History accuracy = of("m/cpu/fixed/epoch", "accuracy");
  EXPECT_TRUE(accuracy.higher_is_better);
  EXPECT_THAT(accuracy.values,
              ElementsAre(testing::DoubleEq(0.6), testing::DoubleEq(0.7), testing::DoubleEq(0.8)));
  EXPECT_THAT(of("m/cpu/fixed/step", "seconds", run_id(2)).values, ElementsAre(0.1, 0.2));
}

TEST_F(GateHistoryTest, LeavesOutTimesOfFewReplicas) {
  add_run(1, 0.1, 0.6);
  add_run(2, 0.2, 0.6, "7", kFewestForNight - 1);
  EXPECT_THAT(histories(), SizeIs(1));  // the accuracy
  add_run(3, 0.3, 0.6);
  EXPECT_THAT(of("m/cpu/fixed/step", "seconds").values, ElementsAre(0.1, testing::DoubleEq(0.3)));
}

TEST_F(GateHistoryTest, HasHowSoonTheSuitesTargetIsReached) {
  for (int number = 1; number <= 2; ++number) {
    std::vector<json> lines{run_line(number)};
    // Reached between the first epoch and the second, and never in three.
    lines.push_back(epoch_record("noisy", 0, {0.5, 0.9, 0.95}));
    lines.push_back(epoch_record("noisy", 1, {0.5, 0.6, 0.6}));
    lines.push_back(end_line(true));
    index_.add(fragment_at(write_fragment(folder_.path() / std::to_string(number), lines)));
  }
  const auto histories = histories_of(benchmarks(), 0.7);
  ASSERT_THAT(histories, SizeIs(2));
  EXPECT_EQ(histories[1].quantity, "epochs to 0.7");
  EXPECT_FALSE(histories[1].higher_is_better);
  const double mean_epochs = (1.5 + 4.0) / 2.0;
  EXPECT_THAT(histories[1].values, ElementsAre(mean_epochs, mean_epochs));
  EXPECT_THAT(histories_of(benchmarks()), SizeIs(1));
  ASSERT_THAT(spreads_of(benchmarks()), SizeIs(1));
  EXPECT_THAT(spreads_of(benchmarks())[0].runs,
              ElementsAre(std::vector{0.95, 0.6}, std::vector{0.95, 0.6}));
}

TEST_F(GateHistoryTest, ComparesStatesWithTheRunBefore) {
  add_run(1, 0.1, 0.6);
  EXPECT_THAT(states(), IsEmpty());
  add_run(2, 0.1, 0.6);
  ASSERT_THAT(states(), SizeIs(2));
  EXPECT_FALSE(finding_in(states()[0]));
  add_run(3, 0.1, 0.6, "8");
  const auto drift = finding_in(states()[0]);
  ASSERT_TRUE(drift);
  EXPECT_EQ(drift->kind, Finding::Kind::kDrift);
  EXPECT_THAT(drift->states, HasSubstr("7 → 00"));
}

TEST_F(GateHistoryTest, ComparesStatesOfFixedReplicasAlone) {
  add_run(1, 0.1, 0.6, "7", kFewestForNight, "5eed", "impl");
  add_run(2, 0.1, 0.6, "8", kFewestForNight, "5eed", "impl");
  EXPECT_THAT(states(), IsEmpty());  // equal states were never promised
}

TEST_F(GateHistoryTest, ComparesRunsOfTheSameSuiteAlone) {
  add_run(1, 0.1, 0.6);
  add_run(2, 0.9, 0.1, "8", kFewestForNight, "5eed2");
  EXPECT_THAT(states(), IsEmpty());
  for (const History& history : histories()) EXPECT_THAT(history.values, SizeIs(1));
  add_run(3, 0.1, 0.6);
  EXPECT_THAT(of("m/cpu/fixed/step", "seconds").values, ElementsAre(0.1, 0.1));
  EXPECT_THAT(states(), SizeIs(2));
}

TEST_F(GateHistoryTest, FindsTheRunThatIsMeant) {
  EXPECT_THAT([&] { (void)find_run(store_.database(), ""); },
              ThrowsMessage<UsageError>(HasSubstr("there is no run in the database")));
  add_run(1, 0.1, 0.6);
  add_run(2, 0.1, 0.6);
  EXPECT_EQ(find_run(store_.database(), "").run, run_id(2));
  EXPECT_EQ(find_run(store_.database(), run_id(1)).run, run_id(1));
  EXPECT_THAT([&] { (void)find_run(store_.database(), "0000"); },
              ThrowsMessage<UsageError>(HasSubstr("several ids begin with '0000'")));
  EXPECT_THAT([&] { (void)find_run(store_.database(), "ff"); },
              ThrowsMessage<UsageError>(HasSubstr("no run's id begins with 'ff'")));
  EXPECT_THAT([&] { (void)find_run(store_.database(), "x'--"); },
              ThrowsMessage<UsageError>(HasSubstr("is no run's id")));
}

}  // namespace
}  // namespace ndbench
