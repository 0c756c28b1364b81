#include <SQLiteCpp/Database.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <random>

#include "core/fragment_index.h"
#include "core/gate_findings.h"
#include "core/gate_history.h"
#include "core/gate_text.h"
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

// What the documentation says of both rates. A slower night is called so before anyone looks again.
TEST(Gate, SeldomErrsAndFindsAStepOfFivePerCentTheFirstNight) {
  constexpr int kSeries = 300;
  std::mt19937_64 random(2021);
  int alarms = 0;
  int nights = 0;
  int found = 0;
  for (int series = 0; series < kSeries; ++series) {
    History history = history_of({});
    for (int n = 0; n < 100; ++n, ++nights) {
      history.values.push_back(night(random, 1.0));
      history.commits.emplace_back("c");
      const auto finding = finding_in(history);
      if (finding && finding->kind == Finding::Kind::kWorse) ++alarms;
    }
    history.values.resize(60);
    history.values.push_back(night(random, 1.05));
    const auto finding = finding_in(history);
    if (finding && finding->kind == Finding::Kind::kWorse) ++found;
  }
  EXPECT_LE(1000.0 * alarms / nights, 0.4);
  EXPECT_GE(found, 0.95 * kSeries);
}

Finding finding(Finding::Kind kind, double before, double after) {
  return {.kind = kind,
          .name = "m.7/cpu/fixed/step",
          .target = "f0e1d2c3b4a59687",
          .quantity = "seconds",
          .before = before,
          .after = after,
          .change = after / before - 1.0,
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
      gate_text(kRun, {finding(kDrift, 0, 0), finding(kWorse, 0.01, 0.011)}, 24, 31);
  EXPECT_THAT(
      text,
      HasSubstr(
          "1 worse, 1 with other bits, 0 better; 24 histories judged, the longest of 31 runs"));
  EXPECT_THAT(text,
              HasSubstr("| other bits | m.7/cpu/fixed/step | f0e1d2c3 | seconds | 07 → 08 |"));
  EXPECT_THAT(text, HasSubstr("| 10 ms → 11 ms | +10.0 % | 1e-06 | 1 of 31 | c0ffee |"));
  EXPECT_THAT(text, HasSubstr("`ndbench_suite --suite=/s/nightly.toml "
                              "'--benchmark_filter=^m\\.7/cpu/fixed/step$'`"));
  EXPECT_THAT(text, HasSubstr("07 → 08 | | | | c0ffee |"));
}

TEST(Gate, KeepsToTheLengthOfAComment) {
  const std::vector<Finding> many(2000, finding(Finding::Kind::kWorse, 1, 2));
  const std::string text = gate_text(kRun, many, 2000, 31);
  EXPECT_THAT(text.size(), AllOf(Lt(kLongestComment), testing::Gt(kLongestComment / 2)));
  EXPECT_THAT(text, HasSubstr(" more.\n"));
  EXPECT_THAT(text, HasSubstr("The first again: "));
  EXPECT_THAT(gate_text(kRun, {}, 3, 1), Not(HasSubstr("The first again")));
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

  std::vector<History> histories(const std::string& digits = "") {
    return histories_of(store_.database(), find_run(store_.database(), digits));
  }

  std::vector<StateHistory> states() {
    return states_of(store_.database(), find_run(store_.database(), ""));
  }

  TemporaryFolder folder_;
  Store store_{folder_.path()};
  FragmentIndex index_{store_};
};

TEST_F(GateHistoryTest, HasTimesAndResultsRunByRunUpToTheOneThatIsJudged) {
  for (int number = 1; number <= 3; ++number) add_run(number, 0.1 * number, 0.5 + 0.1 * number);
  const auto newest = histories();
  ASSERT_THAT(newest, SizeIs(3));  // the epoch's time, the step's, and the epoch's accuracy
  const auto& step = newest[1];
  EXPECT_EQ(step.name, "m/cpu/fixed/step");
  EXPECT_THAT(step.values, ElementsAre(0.1, 0.2, testing::DoubleEq(0.3)));
  EXPECT_THAT(step.commits, ElementsAre("c0ffee", "c0ffee", "c0ffee"));
  const auto& accuracy = newest[2];
  EXPECT_EQ(accuracy.quantity, "accuracy");
  EXPECT_TRUE(accuracy.higher_is_better);
  EXPECT_THAT(accuracy.values,
              ElementsAre(testing::DoubleEq(0.6), testing::DoubleEq(0.7), testing::DoubleEq(0.8)));
  EXPECT_THAT(histories(run_id(2))[1].values, ElementsAre(0.1, 0.2));
}

TEST_F(GateHistoryTest, LeavesOutTimesOfFewReplicas) {
  add_run(1, 0.1, 0.6);
  add_run(2, 0.2, 0.6, "7", kFewestForNight - 1);
  EXPECT_THAT(histories(), SizeIs(1));  // the accuracy
  add_run(3, 0.3, 0.6);
  EXPECT_THAT(histories()[1].values, ElementsAre(0.1, testing::DoubleEq(0.3)));
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
  EXPECT_THAT(histories()[1].values, ElementsAre(0.1, 0.1));
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
