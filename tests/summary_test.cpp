#include "core/summary.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

namespace ndbench {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;
using testing::SizeIs;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Mode mode_called(const std::string& name) {
  for (const Mode& mode : built_in_modes()) {
    if (mode.name == name) return mode;
  }
  return {.name = name};
}

Record step(const std::string& mode, int replica, double seconds,
            const std::string& state = "same") {
  Record record;
  record.cell.model.name = "m";
  record.cell.backend.name = "cpu";
  record.cell.mode = mode_called(mode);
  record.cell.scope = ScopeKind::kStep;
  record.replica = replica;
  record.steps.seconds = {seconds};
  record.steps.batch_size = 16;
  record.state.hash = state;
  return record;
}

Record epoch(const std::string& mode, int replica, double quality, const std::string& state) {
  Record record = step(mode, replica, 1.0, state);
  record.cell.scope = ScopeKind::kEpoch;
  record.steps = {};
  record.epochs = {{1.0, 0.0, 1.0, 2.0, 100, 0.5, {"accuracy", quality, true, 10, {}}}};
  return record;
}

Record failure(const std::string& mode, const std::string& reason) {
  Record record = step(mode, 0, 1.0, "");
  record.steps = {};
  record.outcome = failed(ExitCode::kBenchmarkFailed, reason);
  return record;
}

/// Replicas 0, 1, … of one mode with these times.
std::vector<Record> steps(const std::string& mode, const std::vector<double>& seconds) {
  std::vector<Record> records;
  for (std::size_t i = 0; i < seconds.size(); ++i) {
    records.push_back(step(mode, static_cast<int>(i), seconds[i]));
  }
  return records;
}

std::vector<Record> operator+(std::vector<Record> a, const std::vector<Record>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// The summary of records that are all of one group.
GroupSummary group_of(const std::vector<Record>& records) {
  const std::vector<GroupSummary> groups = summarize(records, {});
  EXPECT_THAT(groups, SizeIs(1));
  return groups.at(0);
}

std::vector<std::string> modes_of(const GroupSummary& group) {
  std::vector<std::string> names;
  for (const ModeSummary& mode : group.modes) names.push_back(mode.mode);
  return names;
}

TEST(Summary, OfNoRecordsIsEmpty) { EXPECT_THAT(summarize({}, {}), IsEmpty()); }

TEST(Summary, HasAGroupPerModelBackendAndScopeInTheirOrder) {
  Record other = step("fixed", 0, 1.0);
  other.cell.backend.name = "onednn";
  const auto groups = summarize(
      {step("fixed", 0, 1.0), other, epoch("fixed", 0, 0.5, "a"), step("noisy", 0, 1.0)}, {});
  ASSERT_THAT(groups, SizeIs(3));
  EXPECT_EQ(groups[0].name, "m/cpu/step");
  EXPECT_EQ(groups[0].model, "m");
  EXPECT_EQ(groups[0].backend, "cpu");
  EXPECT_EQ(groups[0].scope, "step");
  EXPECT_THAT(modes_of(groups[0]), ElementsAre("noisy", "fixed"));
  EXPECT_EQ(groups[1].name, "m/onednn/step");
  EXPECT_EQ(groups[2].name, "m/cpu/epoch");
  EXPECT_EQ(groups[2].scope, "epoch");
}

TEST(Summary, ComparesWithNoisyWhereThereIsOne) {
  const GroupSummary group = group_of(
      {step("fixed", 0, 1.0), step("impl", 0, 1.0), step("noisy", 0, 1.0), step("algo", 0, 1.0)});
  EXPECT_EQ(group.reference, "noisy");
  EXPECT_THAT(modes_of(group), ElementsAre("noisy", "fixed", "impl", "algo"));
  EXPECT_FALSE(group.modes[0].cost);
  for (const std::size_t mode : {1U, 2U, 3U}) EXPECT_TRUE(group.modes[mode].cost);
}

TEST(Summary, ComparesWithTheFirstModeAsShippedWithoutANoisyOne) {
  EXPECT_EQ(
      group_of({step("fixed", 0, 1.0), step("shipped", 0, 1.0), step("impl", 0, 1.0)}).reference,
      "shipped");
}

TEST(Summary, ComparesWithTheFirstModeWhenAllAreDeterministic) {
  EXPECT_EQ(group_of({step("algo", 0, 1.0), step("fixed", 0, 1.0)}).reference, "algo");
}

TEST(Summary, ComparesWithWhatWasMeasured) {
  const GroupSummary group = group_of({step("fixed", 0, 1.0), failure("noisy", "no data")});
  EXPECT_EQ(group.reference, "fixed");
  EXPECT_THAT(modes_of(group), ElementsAre("fixed"));
  EXPECT_EQ(group.problem, "");
}

TEST(Summary, PairsReplicasForTheRatio) {
  // Every pair has the ratio 2, and each is twice as slow as the one before.
  const GroupSummary group = group_of(steps("fixed", {2.0, 4.0, 8.0, 16.0, 32.0, 64.0}) +
                                      steps("noisy", {1.0, 2.0, 4.0, 8.0, 16.0, 32.0}));
  const Ratio& cost = group.modes.at(1).cost.value();
  EXPECT_DOUBLE_EQ(cost.ratio, 2.0);
  EXPECT_DOUBLE_EQ(cost.interval.low, 2.0);
  EXPECT_DOUBLE_EQ(cost.interval.high, 2.0);
  EXPECT_EQ(cost.pairs, 6U);
  EXPECT_EQ(
      group.modes[1].verdict,
      "bit-identical over 6 replicas; costs 100.0 % of noisy's time (detectable from +0.0 %)");
}

TEST(Summary, PairsByReplicaNumberAndNotByOrder) {
  const GroupSummary group =
      group_of({step("fixed", 1, 4.0), step("fixed", 0, 2.0), step("noisy", 0, 1.0),
                step("noisy", 1, 2.0), step("noisy", 2, 500.0)});
  EXPECT_DOUBLE_EQ(group.modes.at(1).cost->ratio, 2.0);
  EXPECT_EQ(group.modes[1].cost->pairs, 2U);
}

TEST(Summary, HasNoCostWithoutACommonReplica) {
  const GroupSummary group = group_of({step("fixed", 0, 1.0), step("noisy", 1, 1.0)});
  EXPECT_FALSE(group.modes.at(1).cost);
  EXPECT_EQ(group.modes[1].verdict, "repetition not proven: one replica");
}

TEST(Summary, SaysWhatItSaves) {
  const GroupSummary group =
      group_of(steps("fixed", std::vector(6, 0.5)) + steps("noisy", std::vector(6, 1.0)));
  EXPECT_THAT(group.modes.at(1).verdict,
              HasSubstr("; saves 50.0 % of noisy's time (detectable from "));
}

TEST(Summary, FindsNoCostWhereTheIntervalHoldsOne) {
  // Log-ratios of -0.3 ... 0.3. The range of 6 values has the level 31/32, that of the inner 4
  // 25/32: a tenth of the way between them is 5 / 14 of the way between the values.
  std::vector<double> times;
  for (const double log_ratio : {0.1, -0.3, 0.2, -0.1, 0.3, -0.2}) {
    times.push_back(std::exp(log_ratio));
  }
  const GroupSummary group = group_of(steps("fixed", times) + steps("noisy", std::vector(6, 1.0)));
  const Ratio& cost = group.modes.at(1).cost.value();
  EXPECT_NEAR(cost.ratio, 1.0, 1e-12);
  EXPECT_NEAR(cost.interval.low, std::exp(-0.3 + 0.5 / 14), 1e-12);
  EXPECT_NEAR(cost.interval.high, std::exp(0.3 - 0.5 / 14), 1e-12);
  EXPECT_THAT(group.modes[1].verdict, HasSubstr("; no measurable cost against noisy (detectable"));
}

TEST(Summary, RefusesToCallAChangeBelowWhatIsDetectable) {
  std::vector<double> times;
  for (const double log_ratio : {0.05, 0.1, 0.2, 0.5, 0.6, 0.7}) {
    times.push_back(std::exp(log_ratio));
  }
  EXPECT_THAT(
      group_of(steps("fixed", times) + steps("noisy", std::vector(6, 1.0))).modes.at(1).verdict,
      HasSubstr("; cost against noisy inconclusive (detectable from +"));
}

TEST(Summary, CallsEqualTimesNoCost) {
  const GroupSummary group =
      group_of(steps("fixed", std::vector(6, 1.0)) + steps("noisy", std::vector(6, 1.0)));
  EXPECT_EQ(group.modes.at(1).cost->ratio, 1.0);
  EXPECT_THAT(group.modes[1].verdict, HasSubstr("no measurable cost against noisy"));
}

TEST(Summary, ProvesNothingByOneReplica) {
  const GroupSummary group = group_of({step("fixed", 0, 3.0), step("noisy", 0, 2.0)});
  EXPECT_EQ(group.modes.at(0).verdict, "repetition not proven: one replica");
  EXPECT_EQ(group.modes.at(1).verdict,
            "repetition not proven: one replica; cost against noisy unknown: it needs 6 or more "
            "replicas");
  EXPECT_DOUBLE_EQ(group.modes[1].cost->ratio, 1.5);
  EXPECT_TRUE(std::isnan(group.modes[1].cost->interval.low));
}

TEST(Summary, CountsDistinctStates) {
  const GroupSummary group = group_of({epoch("noisy", 0, 0.5, "a"), epoch("noisy", 1, 0.5, "b"),
                                       epoch("noisy", 2, 0.5, "a"), epoch("fixed", 0, 0.5, "c"),
                                       epoch("fixed", 1, 0.5, "c")});
  EXPECT_EQ(group.modes.at(0).distinct_states, 2U);
  EXPECT_EQ(group.modes[0].verdict, "2 states in 3 replicas");
  EXPECT_FALSE(group.modes[0].must_repeat);
  EXPECT_EQ(group.modes.at(1).distinct_states, 1U);
  EXPECT_THAT(group.modes[1].verdict, HasSubstr("bit-identical over 2 replicas"));
  EXPECT_TRUE(group.modes[1].must_repeat);
}

TEST(Summary, CallsABreachByItsName) {
  Record breach = step("fixed", 1, 1.0, "other");
  breach.outcome = failed(ExitCode::kDeterminismBreach, "determinism breached");
  const GroupSummary group = group_of({step("fixed", 0, 1.0), breach});
  EXPECT_EQ(group.modes.at(0).replicas, 2U);
  EXPECT_EQ(group.modes[0].verdict, "BREACHED: 2 states in 2 replicas");
}

TEST(Summary, DescribesTheSpreadOfTheQuality) {
  // Deviations -2, -1, 0, 3 from the mean 3: sqrt(14 / 3).
  const GroupSummary group = group_of({epoch("noisy", 0, 1.0, "a"), epoch("noisy", 1, 2.0, "b"),
                                       epoch("noisy", 2, 3.0, "c"), epoch("noisy", 3, 6.0, "d")});
  const ModeSummary& mode = group.modes.at(0);
  EXPECT_EQ(mode.metric, "accuracy");
  EXPECT_TRUE(mode.higher_is_better);
  EXPECT_EQ(mode.replicas, 4U);
  EXPECT_EQ(mode.quality_mean, 3.0);
  EXPECT_DOUBLE_EQ(mode.quality_deviation, 2.160246899469287);
  EXPECT_EQ(mode.samples_per_second, 50.0);
}

TEST(Summary, HasNoSpreadForOneReplicaAndExactlyNoneForEqualOnes) {
  EXPECT_TRUE(std::isnan(group_of({epoch("noisy", 0, 0.1, "a")}).modes.at(0).quality_deviation));
  const GroupSummary equal = group_of(
      {epoch("fixed", 0, 0.1, "a"), epoch("fixed", 1, 0.1, "a"), epoch("fixed", 2, 0.1, "a")});
  EXPECT_EQ(equal.modes.at(0).quality_mean, 0.1);
  EXPECT_EQ(equal.modes[0].quality_deviation, 0.0);
}

TEST(Summary, HasNoQualityForSteps) {
  EXPECT_EQ(group_of({step("fixed", 0, 1.0)}).modes.at(0).metric, "");
}

TEST(Summary, TakesTheMedianThroughput) {
  EXPECT_EQ(group_of(steps("noisy", {1.0, 100.0, 2.0})).modes.at(0).samples_per_second, 8.0);
}

TEST(Summary, TellsWhyNothingWasMeasured) {
  const GroupSummary group = group_of({failure("fixed", "no data"), failure("noisy", "no disk")});
  EXPECT_THAT(group.modes, IsEmpty());
  EXPECT_EQ(group.problem, "no disk");
  EXPECT_EQ(group.target, "");
}

TEST(Summary, LeavesOutReplicasThatDidNotEnd) {
  Record unfinished = step("fixed", 1, 50.0, "");
  unfinished.outcome = failed(ExitCode::kBenchmarkFailed, "killed");
  const GroupSummary group = group_of({step("fixed", 0, 1.0), unfinished});
  EXPECT_EQ(group.modes.at(0).replicas, 1U);
  EXPECT_EQ(group.modes[0].samples_per_second, 16.0);
}

TEST(Summary, SurvivesTimesThatCannotBe) {
  for (const double impossible : {0.0, -1.0, kNan, std::numeric_limits<double>::infinity()}) {
    const GroupSummary group = group_of({step("fixed", 0, impossible), step("fixed", 1, 2.0),
                                         step("noisy", 0, 1.0), step("noisy", 1, 1.0)});
    EXPECT_EQ(group.modes.at(1).replicas, 1U) << impossible;
    EXPECT_DOUBLE_EQ(group.modes.at(1).cost->ratio, 2.0) << impossible;
  }
}

TEST(Summary, HasTheFingerprintOfTheTarget) {
  const std::string target = group_of({step("fixed", 0, 1.0)}).target;
  EXPECT_THAT(target, MatchesRegex("[0-9a-f]{16}"));
  Record other = step("fixed", 0, 1.0);
  other.libraries = {{"LibTorch", "2.0"}};
  EXPECT_NE(group_of({other}).target, target);
}

/// What is printed, without the work of making it from records.
GroupSummary small_group() {
  GroupSummary group;
  group.name = "m/cpu/epoch";
  group.model = "m";
  group.backend = "cpu";
  group.scope = "epoch";
  group.target = "0123456789abcdef";
  group.reference = "noisy";
  ModeSummary noisy;
  noisy.mode = "noisy";
  noisy.replicas = 5;
  noisy.samples_per_second = 1234.56;
  noisy.metric = "accuracy";
  noisy.quality_mean = 0.91234;
  noisy.quality_deviation = 0.00125;
  noisy.distinct_states = 5;
  noisy.verdict = "5 states in 5 replicas";
  ModeSummary fixed = noisy;
  fixed.mode = "fixed";
  fixed.must_repeat = true;
  fixed.samples_per_second = 1000.0;
  fixed.quality_mean = 0.9;
  fixed.quality_deviation = 0.0;
  fixed.distinct_states = 1;
  fixed.cost = Ratio{1.205, {1.1557, 1.2564}, 0.05, 5};
  fixed.verdict = "bit-identical over 5 replicas; costs 20.5 % of noisy's time";
  group.modes = {noisy, fixed};
  return group;
}

Machine small_machine() {
  Machine machine;
  machine.cpu_model = "CPU";
  machine.cores = 2;
  return machine;
}

GroupSummary unmeasured_group(const std::string& problem) {
  GroupSummary group;
  group.name = "m/cuda/step";
  group.model = "m";
  group.backend = "cuda";
  group.scope = "step";
  group.problem = problem;
  return group;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// Columns of a terminal, for text without wide or combining characters.
std::size_t columns(const std::string& line) {
  std::size_t count = 0;
  for (const char c : line) count += (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
  return count;
}

TEST(ConsoleSummary, ShowsCostBesideSpread) {
  EXPECT_EQ(
      console_summary({small_group(), unmeasured_group("no driver\nsecond line")}, small_machine()),
      "\nCost of determinism beside spread of the result: CPU, 2 cores\n\n"
      "              n samples/s  ratio         overhead [95 %]    quality ± std hashes\n"
      "m/cpu/epoch  accuracy, target 01234567\n"
      "  noisy       5    1234.6                                 0.9123 ± 0.0013      5\n"
      "  fixed       5    1000.0  1.205  +20.5 % [+15.6, +25.6]       0.9000 ± 0      1\n"
      "  noisy: 5 states in 5 replicas.\n"
      "  fixed: bit-identical over 5 replicas; costs 20.5 % of noisy's time.\n"
      "m/cuda/step\n"
      "  not measured: no driver\n"
      "\nratio = time of the mode / time of the reference mode, which is listed first;\n"
      "n = fresh processes; hashes = distinct final states; intervals: of the\n"
      "median paired ratio, from order statistics.\n");
}

TEST(ConsoleSummary, CountsOneCoreRight) {
  Machine machine = small_machine();
  machine.cores = 1;
  EXPECT_THAT(console_summary({}, machine), HasSubstr("CPU, 1 core\n"));
}

TEST(ConsoleSummary, HasNoIntervalAndNoSpreadForOneReplica) {
  GroupSummary group = small_group();
  group.modes[1].cost = Ratio{1.5, {kNan, kNan}, kNan, 1};
  group.modes[1].quality_deviation = kNan;
  const std::string text = console_summary({group}, small_machine());
  EXPECT_THAT(text, HasSubstr("  1.500                 +50.0 %           0.9000      1\n"));
  EXPECT_THAT(text, Not(HasSubstr("nan")));
}

TEST(ConsoleSummary, FitsEightyColumns) {
  GroupSummary group = small_group();
  group.modes[1].verdict = std::string(30, 'a') + " " + std::string(50, 'b') + " and so on";
  // The interval that two pairs can have when one of the two modes was disturbed.
  for (const Ratio& cost : {Ratio{1.205, {1.1557, 1.2564}, 0.05, 5},
                            Ratio{0.5, {0.4, 0.6}, 0.05, 5}, Ratio{30.0, {1e-6, 1e9}, 1e9, 2}}) {
    group.modes[1].cost = cost;
    const std::string text = console_summary(
        {group, unmeasured_group(std::string(60, 'x') + " " + std::string(60, 'y'))},
        small_machine());
    for (const std::string& line : lines_of(text)) EXPECT_LE(columns(line), 80U) << line;
  }
}

TEST(ConsoleSummary, ShowsNothingThatMovesTheCursor) {
  GroupSummary group = small_group();
  group.modes[0].metric = "\x1b]0;title\x07";
  const std::string text =
      console_summary({group, unmeasured_group("\x1b[2Jno\u202e driver\r")}, small_machine());
  EXPECT_THAT(text, AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("\r")), Not(HasSubstr("\u202e")),
                          HasSubstr("\\x1b[2Jno\\u202e driver\\x0d")));
}

TEST(MarkdownSummary, IsATable) {
  const std::vector<std::string> lines = lines_of(markdown_summary(
      {small_group(), unmeasured_group("no driver")}, small_machine(), "ndbench_suite --suite=s"));
  ASSERT_GE(lines.size(), 8U);
  EXPECT_EQ(lines[0], "# Cost of determinism beside spread of the result");
  EXPECT_EQ(lines[2], "Machine: CPU, 2 cores. Command: `ndbench_suite --suite=s`.");
  EXPECT_EQ(lines[4],
            "| target | model | backend | scope | mode | n | samples/s | ratio | overhead [95 %] | "
            "quality ± std | distinct hashes | verdict |");
  EXPECT_EQ(lines[5], "|---|---|---|---|---|--:|--:|--:|--:|--:|--:|---|");
  EXPECT_EQ(lines[6],
            "| 01234567 | m | cpu | epoch | noisy | 5 | 1234.6 |  |  | accuracy 0.9123 ± 0.0013 | "
            "5 | 5 states in 5 replicas |");
  EXPECT_EQ(lines[7],
            "| 01234567 | m | cpu | epoch | fixed | 5 | 1000.0 | 1.205 | +20.5 % [+15.6, +25.6] | "
            "accuracy 0.9000 ± 0 | 1 | bit-identical over 5 replicas; costs 20.5 % of noisy's time "
            "|");
  EXPECT_EQ(lines[8], "| | m | cuda | step | | | | | | | | not measured: no driver |");
}

/// The lines of the table that hold values.
std::vector<std::string> rows_of(const std::string& page) {
  std::vector<std::string> rows;
  for (const std::string& line : lines_of(page)) {
    if (line.starts_with("| ") && !line.starts_with("| target")) rows.push_back(line);
  }
  return rows;
}

TEST(MarkdownSummary, KeepsHostileTextInItsCell) {
  GroupSummary group = small_group();
  group.modes.resize(1);
  group.modes[0].metric = "a|b";
  group.modes[0].verdict = "<script>alert(1)</script> @user #1 [x](http://y) `c` *d* _e_ \\";
  const std::vector<std::string> rows = rows_of(markdown_summary(
      {group, unmeasured_group("two\nlines | and \x1b[2J a\r\nthird")}, small_machine(), "c"));
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_THAT(rows[0], HasSubstr("| a\\|b 0.9123"));
  EXPECT_THAT(rows[0],
              HasSubstr("\\<script\\>alert(1)\\</script\\> \\@user \\#1 \\[x\\](http://y) \\`c\\` "
                        "\\*d\\* \\_e\\_ \\\\ |"));
  EXPECT_THAT(rows[1], AllOf(HasSubstr("two lines \\| and"), HasSubstr("third |"),
                             Not(HasSubstr("\x1b")), Not(HasSubstr("\r"))));
}

TEST(MarkdownSummary, KeepsBackticksOfTheCommandInItsCode) {
  const auto command_line = [](const std::string& command) {
    return lines_of(markdown_summary({}, small_machine(), command)).at(2);
  };
  EXPECT_THAT(command_line("a 'b`c'"), EndsWith("Command: `` a 'b`c' ``."));
  EXPECT_THAT(command_line("``"), EndsWith("Command: ``` `` ```."));
  EXPECT_THAT(command_line("two\nlines"), EndsWith("Command: `two\\x0alines`."));
}

TEST(Summary, TakesTheMeanOfFurtherResultsAndSaysIt) {
  Record first = epoch("noisy", 0, 0.02, "a");
  Record second = epoch("noisy", 1, 0.04, "b");
  first.epochs.back().evaluation.other = {{"ratio_to_last_frame", 0.5}};
  second.epochs.back().evaluation.other = {{"ratio_to_last_frame", 0.75}};
  const auto groups = summarize({first, second}, {});
  EXPECT_EQ(groups.at(0).modes.at(0).other.at("ratio_to_last_frame"), 0.625);
  EXPECT_THAT(console_summary(groups, {}), HasSubstr("ratio_to_last_frame 0.625."));
  EXPECT_THAT(markdown_summary(groups, {}, "c"), HasSubstr("ratio\\_to\\_last\\_frame 0.625"));
}

}  // namespace
}  // namespace ndbench
