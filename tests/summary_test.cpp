#include "core/summary.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "core/json_text.h"
#include "core/record_json.h"
#include "core/summary_text.h"
#include "core/verdicts.h"
#include "evaluated_records.h"

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
using testing::StartsWith;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Record step(const std::string& mode, int replica, double seconds,
            const std::string& state = "same") {
  Record record;
  record.cell.model.name = "m";
  record.cell.backend.name = "cpu";
  record.cell.mode = built_in(mode);
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
  const std::vector<GroupSummary> groups = summarize(records, {}).groups;
  EXPECT_THAT(groups, SizeIs(1));
  return groups.at(0);
}

/// A mode's verdicts as they are printed.
std::string words(const ModeSummary& mode) { return verdict_text(mode); }

std::vector<std::string> modes_of(const GroupSummary& group) {
  std::vector<std::string> names;
  for (const ModeSummary& mode : group.modes) names.push_back(mode.mode);
  return names;
}

TEST(Summary, OfNoRecordsIsEmpty) {
  EXPECT_THAT(summarize(std::vector<Record>{}, {}).groups, IsEmpty());
}

TEST(Summary, HasAGroupPerModelBackendAndScopeInTheirOrder) {
  Record other = step("fixed", 0, 1.0);
  other.cell.backend.name = "onednn";
  const std::vector<Record> records{step("fixed", 0, 1.0), other, epoch("fixed", 0, 0.5, "a"),
                                    step("noisy", 0, 1.0)};
  const auto groups = summarize(records, {}).groups;
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
  EXPECT_EQ(words(group.modes[1]),
            "bit-identical over 6 replicas (at most 40 % can differ); costs 100.0 % of noisy's "
            "time (detectable from +0.0 %)");
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
  EXPECT_EQ(words(group.modes[1]), "repetition not proven: one replica");
}

TEST(Summary, SaysWhatItSaves) {
  const GroupSummary group =
      group_of(steps("fixed", std::vector(6, 0.5)) + steps("noisy", std::vector(6, 1.0)));
  EXPECT_THAT(words(group.modes.at(1)),
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
  EXPECT_THAT(words(group.modes[1]), HasSubstr("; no measurable cost against noisy (detectable"));
}

TEST(Summary, RefusesToCallAChangeBelowWhatIsDetectable) {
  std::vector<double> times;
  for (const double log_ratio : {0.05, 0.1, 0.2, 0.5, 0.6, 0.7}) {
    times.push_back(std::exp(log_ratio));
  }
  EXPECT_THAT(
      words(group_of(steps("fixed", times) + steps("noisy", std::vector(6, 1.0))).modes.at(1)),
      HasSubstr("; cost against noisy inconclusive: +"));
}

TEST(Summary, CallsEqualTimesNoCost) {
  const GroupSummary group =
      group_of(steps("fixed", std::vector(6, 1.0)) + steps("noisy", std::vector(6, 1.0)));
  EXPECT_EQ(group.modes.at(1).cost->ratio, 1.0);
  EXPECT_THAT(words(group.modes[1]), HasSubstr("no measurable cost against noisy"));
}

TEST(Summary, ProvesNothingByOneReplica) {
  const GroupSummary group = group_of({step("fixed", 0, 3.0), step("noisy", 0, 2.0)});
  EXPECT_EQ(words(group.modes.at(0)), "repetition not proven: one replica");
  EXPECT_EQ(
      words(group.modes.at(1)),
      "repetition not proven: one replica; cost against noisy not judged: 1 pair, it takes 6");
  EXPECT_DOUBLE_EQ(group.modes[1].cost->ratio, 1.5);
  EXPECT_TRUE(std::isnan(group.modes[1].cost->interval.low));
}

TEST(Summary, CountsDistinctStates) {
  const GroupSummary group = group_of({epoch("noisy", 0, 0.5, "a"), epoch("noisy", 1, 0.5, "b"),
                                       epoch("noisy", 2, 0.5, "a"), epoch("fixed", 0, 0.5, "c"),
                                       epoch("fixed", 1, 0.5, "c")});
  EXPECT_EQ(group.modes.at(0).distinct_states, 2U);
  EXPECT_EQ(words(group.modes[0]),
            "2 states in 3 replicas; 3 replicas: too few to judge the spread, it takes 10");
  EXPECT_FALSE(group.modes[0].must_repeat);
  EXPECT_EQ(group.modes.at(1).distinct_states, 1U);
  EXPECT_THAT(words(group.modes[1]), HasSubstr("bit-identical over 2 replicas"));
  EXPECT_TRUE(group.modes[1].must_repeat);
}

TEST(Summary, CallsABreachByItsName) {
  Record breach = step("fixed", 1, 1.0, "other");
  breach.outcome = failed(ExitCode::kDeterminismBreach, "determinism breached");
  const GroupSummary group = group_of({step("fixed", 0, 1.0), breach});
  EXPECT_EQ(group.modes.at(0).replicas, 2U);
  EXPECT_EQ(words(group.modes[0]), "BREACHED: 2 states in 2 replicas");
}

TEST(Summary, DescribesTheSpreadOfTheQuality) {
  // Deviations -2, -1, 0, 3 from the mean 3: sqrt(14 / 3).
  const GroupSummary group = group_of({epoch("noisy", 0, 1.0, "a"), epoch("noisy", 1, 2.0, "b"),
                                       epoch("noisy", 2, 3.0, "c"), epoch("noisy", 3, 6.0, "d")});
  const ModeSummary& mode = group.modes.at(0);
  ASSERT_TRUE(mode.spread);
  EXPECT_EQ(mode.spread->metric, "accuracy");
  EXPECT_TRUE(mode.spread->higher_is_better);
  EXPECT_EQ(mode.replicas, 4U);
  EXPECT_EQ(mode.spread->quality.mean, 3.0);
  EXPECT_DOUBLE_EQ(mode.spread->quality.deviation.value, 2.160246899469287);
  EXPECT_EQ(mode.samples_per_second, 50.0);
}

TEST(Summary, HasNoSpreadForOneReplicaAndExactlyNoneForEqualOnes) {
  const GroupSummary one = group_of({epoch("noisy", 0, 0.1, "a")});
  EXPECT_TRUE(std::isnan(one.modes.at(0).spread->quality.deviation.value));
  const GroupSummary equal = group_of(
      {epoch("fixed", 0, 0.1, "a"), epoch("fixed", 1, 0.1, "a"), epoch("fixed", 2, 0.1, "a")});
  EXPECT_EQ(equal.modes.at(0).spread->quality.mean, 0.1);
  EXPECT_EQ(equal.modes[0].spread->quality.deviation.value, 0.0);
  EXPECT_TRUE(std::isnan(equal.modes[0].spread->quality.deviation.interval.high));
  EXPECT_THAT(words(equal.modes[0]), Not(HasSubstr("spread")));
}

TEST(Summary, HasNoQualityForSteps) {
  EXPECT_FALSE(group_of({step("fixed", 0, 1.0)}).modes.at(0).spread);
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
  noisy.spread = Spread{.metric = "accuracy"};
  noisy.spread->quality.mean = 0.91234;
  noisy.spread->quality.range = 0.003;
  noisy.spread->quality.deviation = {0.00125, {kNan, kNan}, false, 0.95, 5};
  noisy.distinct_states = 5;
  noisy.verdicts = {"5 states in 5 replicas"};
  ModeSummary fixed = noisy;
  fixed.mode = "fixed";
  fixed.must_repeat = true;
  fixed.samples_per_second = 1000.0;
  fixed.spread->quality.mean = 0.9;
  fixed.spread->quality.deviation.value = 0.0;
  fixed.distinct_states = 1;
  fixed.cost = Ratio{1.205, {1.1557, 1.2564}, 0.05, 5};
  fixed.verdicts = {"bit-identical over 5 replicas", "costs 20.5 % of noisy's time"};
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

Summary of(std::vector<GroupSummary> groups) { return {.groups = std::move(groups)}; }

TEST(ConsoleSummary, ShowsCostBesideSpread) {
  EXPECT_THAT(
      console_summary(of({small_group(), unmeasured_group("no driver\nsecond line")}),
                      small_machine()),
      StartsWith(
          "\nCost of determinism beside spread of the result: CPU, 2 cores\n\n"
          "              n samples/s  ratio         overhead [95 %]    quality ± std hashes\n"
          "m/cpu/epoch  accuracy, target 01234567\n"
          "  noisy       5    1234.6                                 0.9123 ± 0.0013      5\n"
          "  fixed       5    1000.0  1.205  +20.5 % [+15.6, +25.6]       0.9000 ± 0      1\n"
          "  noisy: 5 states in 5 replicas.\n"
          "  fixed: bit-identical over 5 replicas; costs 20.5 % of noisy's time.\n"
          "  spread of accuracy     noisy\n"
          "  range: max - min      0.0030\n"
          "  - no spread, each is one run repeated: fixed.\n"
          "m/cuda/step\n"
          "  not measured: no driver\n"
          "\nn: fresh processes"));
}

TEST(ConsoleSummary, CountsOneCoreRight) {
  Machine machine = small_machine();
  machine.cores = 1;
  EXPECT_THAT(console_summary(of({}), machine), HasSubstr("CPU, 1 core\n"));
}

TEST(ConsoleSummary, HasNoIntervalAndNoSpreadForOneReplica) {
  GroupSummary group = small_group();
  group.modes[1].cost = Ratio{1.5, {kNan, kNan}, kNan, 1};
  group.modes[1].spread->quality.deviation.value = kNan;
  const std::string text = console_summary(of({group}), small_machine());
  EXPECT_THAT(text, HasSubstr("  1.500                 +50.0 %           0.9000      1\n"));
  EXPECT_THAT(text, Not(HasSubstr("nan")));
}

TEST(ConsoleSummary, FitsEightyColumns) {
  GroupSummary group = small_group();
  group.modes[1].verdicts = {std::string(30, 'a') + " " + std::string(50, 'b') + " and so on"};
  // The interval that two pairs can have when one of the two modes was disturbed.
  for (const Ratio& cost : {Ratio{1.205, {1.1557, 1.2564}, 0.05, 5},
                            Ratio{0.5, {0.4, 0.6}, 0.05, 5}, Ratio{30.0, {1e-6, 1e9}, 1e9, 2}}) {
    group.modes[1].cost = cost;
    const std::string text = console_summary(
        of({group, unmeasured_group(std::string(60, 'x') + " " + std::string(60, 'y'))}),
        small_machine());
    for (const std::string& line : lines_of(text)) EXPECT_LE(columns(line), 80U) << line;
  }
}

TEST(ConsoleSummary, ShowsNothingThatMovesTheCursor) {
  GroupSummary group = small_group();
  group.modes[0].spread->metric = "\x1b]0;title\x07";
  const std::string text =
      console_summary(of({group, unmeasured_group("\x1b[2Jno\u202e driver\r")}), small_machine());
  EXPECT_THAT(text, AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("\r")), Not(HasSubstr("\u202e")),
                          HasSubstr("\\x1b[2Jno\\u202e driver\\x0d")));
}

TEST(MarkdownSummary, IsATable) {
  const std::vector<std::string> lines =
      lines_of(markdown_summary(of({small_group(), unmeasured_group("no driver")}), small_machine(),
                                "ndbench_suite --suite=s"));
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

/// The lines of the first table that hold values.
std::vector<std::string> rows_of(const std::string& page) {
  std::vector<std::string> rows;
  for (const std::string& line : lines_of(page)) {
    if (line.starts_with("##")) break;
    if (line.starts_with("| ") && !line.starts_with("| target")) rows.push_back(line);
  }
  return rows;
}

TEST(MarkdownSummary, KeepsHostileTextInItsCell) {
  GroupSummary group = small_group();
  group.modes.resize(1);
  group.modes[0].spread->metric = "a|b";
  group.modes[0].verdicts = {"<script>alert(1)</script> @user #1 [x](http://y) `c` *d* _e_ \\"};
  const std::vector<std::string> rows = rows_of(markdown_summary(
      of({group, unmeasured_group("two\nlines | and \x1b[2J a\r\nthird")}), small_machine(), "c"));
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_THAT(rows[0], HasSubstr("| a\\|b 0.9123"));
  EXPECT_THAT(rows[0], HasSubstr("\\<script\\>alert(1)\\</script\\> @<!-- -->user \\#<!-- -->1 "
                                 "\\[x\\](http:<!-- -->//y) \\`c\\` \\*d\\* \\_e\\_ \\\\ |"));
  EXPECT_THAT(rows[1], AllOf(HasSubstr("two lines \\| and"), HasSubstr("third |"),
                             Not(HasSubstr("\x1b")), Not(HasSubstr("\r"))));
}

TEST(MarkdownSummary, KeepsBackticksOfTheCommandInItsCode) {
  const auto command_line = [](const std::string& command) {
    return lines_of(markdown_summary(of({}), small_machine(), command)).at(2);
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
  const Summary summary = summarize(std::vector{first, second}, {});
  EXPECT_EQ(summary.groups.at(0).modes.at(0).other.at("ratio_to_last_frame"), 0.625);
  EXPECT_THAT(console_summary(summary, {}), HasSubstr("ratio_to_last_frame 0.625."));
  EXPECT_THAT(markdown_summary(summary, {}, "c"), HasSubstr("ratio\\_to\\_last\\_frame 0.625"));
}

/// Bits that depend on all of what is given, the same everywhere.
std::uint64_t bits_of(std::uint64_t seed, std::uint64_t index) {
  std::uint64_t bits = (seed + 1) * 0x9e3779b97f4a7c15U + index * 0xbf58476d1ce4e5b9U;
  for (int round = 0; round < 3; ++round) bits = (bits ^ (bits >> 29U)) * 0x94d049bb133111ebU;
  return bits >> 11U;
}

double uniform(std::uint64_t seed, std::uint64_t index) {
  return static_cast<double>(bits_of(seed, index)) * 0x1p-53;
}

/// A replica of a network of two classes, drawn from `seed`, that is right on most of 60 examples
/// and less often on class b.
Record drawn(const std::string& backend, const std::string& mode, int replica, std::uint64_t seed) {
  std::vector<std::int32_t> targets;
  std::vector<std::int32_t> predictions;
  std::vector<float> logits;
  for (std::uint64_t i = 0; i < 60; ++i) {
    const std::int32_t target = i % 3 == 0 ? 1 : 0;
    const double hardness = 0.8 * uniform(999, i) * (target == 1 ? 1.0 : 0.5);
    const bool wrong = uniform(seed, i) < hardness;
    targets.push_back(target);
    predictions.push_back(wrong ? 1 - target : target);
    const auto margin = static_cast<float>(1.0 + uniform(seed, 100 + i));
    logits.push_back(predictions.back() == 0 ? margin : 0.0F);
    logits.push_back(predictions.back() == 1 ? margin : 0.0F);
  }
  Record record = evaluated(replica, two_class_evaluation(targets, predictions));
  record.cell.backend.name = backend;
  record.cell.mode = built_in(mode);
  record.state.hash = std::to_string(seed);
  record.epochs.back().evaluation.logits = std::move(logits);
  record.epochs.back().train_seconds =
      (mode == "fixed" ? 1.1 : 1.0) + 0.02 * uniform(seed + 7, static_cast<std::uint64_t>(replica));
  // The epoch before: half of the way.
  record.epochs.insert(record.epochs.begin(), record.epochs.front());
  EpochSample& before = record.epochs.front();
  before.evaluation = {
      .metric = "accuracy", .value = record.epochs.back().evaluation.value - 0.2, .examples = 60};
  return record;
}

/// Every mode on two backends; impl ends in two states, fixed in one.
std::vector<Record> drawn_records(int replicas) {
  std::vector<Record> records;
  for (const std::string backend : {"cpu", "onednn"}) {
    const std::uint64_t first = backend == "cpu" ? 0 : 100;
    for (int replica = 0; replica < replicas; ++replica) {
      const auto r = static_cast<std::uint64_t>(replica);
      records.push_back(drawn(backend, "fixed", replica, first));
      records.push_back(drawn(backend, "noisy", replica, first + r));
      records.push_back(drawn(backend, "algo", replica, first + 50 + r));
      records.push_back(drawn(backend, "impl", replica, first + r % 2));
    }
  }
  return records;
}

/// NDBENCH_UPDATE_GOLDEN=1 writes the file anew instead.
void expect_golden(const std::string& text, const std::string& name) {
  const std::filesystem::path file = std::filesystem::path(NDBENCH_TEST_GOLDEN) / name;
  if (std::getenv("NDBENCH_UPDATE_GOLDEN") != nullptr) std::ofstream(file) << text;
  std::ostringstream golden;
  golden << std::ifstream(file).rdbuf();
  EXPECT_EQ(text, golden.str()) << "compare with " << file;
}

TEST(Golden, ConsoleAndPageOfTenReplicas) {
  const Summary summary = summarize(drawn_records(10), small_machine(), {.target = 0.6});
  const std::string console = console_summary(summary, small_machine());
  for (const std::string& line : lines_of(console)) EXPECT_LE(columns(line), 80U) << line;
  expect_golden(console, "ten_replicas.txt");
  expect_golden(markdown_summary(summary, small_machine(), "ndbench_suite --suite=spread"),
                "ten_replicas.md");
}

TEST(Golden, ConsoleOfThreeReplicas) {
  const Summary summary = summarize(drawn_records(3), small_machine());
  const std::string console = console_summary(summary, small_machine());
  for (const std::string& line : lines_of(console)) EXPECT_LE(columns(line), 80U) << line;
  expect_golden(console, "three_replicas.txt");
}

TEST(Summary, PlansTheReplicasThatVerdictsTake) {
  const GroupSummary group = summarize(drawn_records(3), {}).groups.at(0);
  EXPECT_EQ(group.plan.replicas, 3U);
  ASSERT_THAT(group.plan.needs, SizeIs(2));
  EXPECT_EQ(group.plan.needs[0].verdict, "the cost");
  EXPECT_EQ(group.plan.needs[0].needed, 6U);
  EXPECT_EQ(group.plan.needs[1].needed, 10U);
  // Four modes of 0.5 s of loading and two epochs of 1 s and half a second of evaluation, about.
  EXPECT_NEAR(group.plan.seconds_per_replica, 4 * (0.5 + 2 * 1.5) + 0.4, 0.5);
}

TEST(Summary, CountsItsVerdicts) {
  const Summary refused = summarize(drawn_records(3), {});
  EXPECT_EQ(refused.verdicts, 0U);
  EXPECT_THAT(console_summary(refused, {}), Not(HasSubstr("by chance")));
  // On each backend three costs, algo's means and spread, impl's spread; between backends
  // means and spread.
  const Summary given = summarize(drawn_records(10), {});
  EXPECT_EQ(given.verdicts, 2U * (3 + 2 + 1) + 2);
  EXPECT_THAT(
      console_summary(given, {}),
      HasSubstr("14 verdicts at 95 % above: where nothing differs, at most about 0.7 would say"));
}

TEST(Summary, ComparesBackendsInTheNoisyMode) {
  const Summary summary = summarize(drawn_records(10), {});
  ASSERT_THAT(summary.backends, SizeIs(1));
  EXPECT_EQ(summary.backends[0].model, "m");
  EXPECT_EQ(summary.backends[0].comparison.a, "cpu");
  EXPECT_EQ(summary.backends[0].comparison.b, "onednn");
  EXPECT_EQ(summary.backends[0].comparison.mode, "noisy");
  EXPECT_THAT(backend_words(summary.backends[0]),
              AllOf(StartsWith("cpu and onednn in noisy: accuracy differs by "),
                    HasSubstr(": within noise, which hides less than "),
                    EndsWith("; parity not checked, so a difference may be software's")));
}

TEST(Summary, CallsNothingNoiseWhereParityFailed) {
  Parity passed;
  passed.status = Parity::Status::kPassed;
  Parity different;
  different.status = Parity::Status::kFailed;
  different.reason = "gradient of step 1";
  const SummaryOptions options{.parity = {{{"m", "cpu"}, passed}, {{"m", "onednn"}, different}}};
  const Summary summary = summarize(drawn_records(10), {}, options);
  EXPECT_TRUE(summary.backends.at(0).is_void());
  EXPECT_EQ(backend_words(summary.backends[0]),
            "cpu and onednn in noisy: parity failed: software difference (gradient of step 1)");
  EXPECT_EQ(summary.verdicts, 12U);
  const nlohmann::json backends = summary_json(summary, {}, "c").at("backends").at(0);
  EXPECT_EQ(backends.at("parity"), "failed");
  EXPECT_FALSE(backends.contains("difference"));
}

TEST(Summary, TellsThatParityPassedOnBoth) {
  Parity passed;
  passed.status = Parity::Status::kPassed;
  Summary summary = summarize(drawn_records(10), {},
                              {.parity = {{{"m", "cpu"}, passed}, {{"m", "onednn"}, passed}}});
  EXPECT_THAT(backend_words(summary.backends.at(0)), EndsWith("; parity passed"));
  summary = summarize(drawn_records(10), {}, {.parity = {{{"m", "cpu"}, passed}}});
  EXPECT_THAT(backend_words(summary.backends.at(0)),
              EndsWith("; parity not checked, so a difference may be software's"));
}

TEST(SummaryJson, IsStrictAndHoldsWhatIsDerived) {
  const Summary summary = summarize(drawn_records(10), small_machine(), {.target = 0.6});
  const std::string line = json_text(summary_json(summary, small_machine(), "c"));
  const nlohmann::json json = nlohmann::json::parse(line);
  EXPECT_EQ(json.at("version"), kSummaryVersion);
  const nlohmann::json& noisy = json.at("groups").at(0).at("modes").at(0);
  EXPECT_EQ(noisy.at("mode"), "noisy");
  EXPECT_EQ(noisy.at("spread").at("quality").at("values").size(), 10U);
  EXPECT_TRUE(noisy.at("spread").at("churn").is_number());
  EXPECT_EQ(noisy.at("spread").at("convergence").at("target"), 0.6);
  EXPECT_EQ(noisy.at("spread").at("slices").size(), 2U);
  const nlohmann::json& fixed = json.at("groups").at(0).at("modes").at(1);
  EXPECT_EQ(fixed.at("mode"), "fixed");
  EXPECT_EQ(fixed.at("spread").at("quality").at("deviation").at("value"), 0.0);
  EXPECT_TRUE(fixed.at("spread").at("quality").at("deviation").at("interval").at(0).is_null());
  EXPECT_EQ(fixed.at("cost").at("verdict"), "costs");
  EXPECT_TRUE(json.at("groups").at(0).contains("noise_shares"));
}

TEST(SummaryJson, TellsWhyAVerdictIsRefused) {
  const nlohmann::json json = summary_json(summarize(drawn_records(3), {}), {}, "c");
  const nlohmann::json& group = json.at("groups").at(0);
  EXPECT_EQ(group.at("modes").at(1).at("cost").at("verdict"), "refused");
  for (const nlohmann::json& comparison : group.at("comparisons")) {
    EXPECT_EQ(comparison.at("deviations").at("verdict"), "refused");
    EXPECT_NE(comparison.at("deviations").at("refusal"), "");
  }
  EXPECT_EQ(group.at("plan").at("needs").size(), 2U);
}

TEST(Summary, DerivesNoCostFromReplicasThatRanSideBySide) {
  std::vector<Record> records;
  for (const char* mode : {"fixed", "noisy"}) {
    for (const int replica : {0, 1}) {
      records.push_back(epoch(mode, replica, 0.5, "s"));
      records.back().jobs = 2;
    }
  }
  const GroupSummary group = group_of(records);
  for (const ModeSummary& mode : group.modes) {
    EXPECT_FALSE(mode.cost) << mode.mode;
    EXPECT_EQ(mode.spread->quality.mean, 0.5);
  }
  EXPECT_THAT(group.modes.at(1).verdicts,
              testing::Contains("times not compared: replicas ran side by side"));
}

}  // namespace
}  // namespace ndbench
