#include "core/html_report.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <set>

#include "core/statements.h"
#include "core/summary_picture.h"
#include "evaluated_records.h"
#include "hostile_strings.h"

namespace ndbench {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// A replica of an epoch of 2 s, or half as much longer in mode fixed.
Record record(const std::string& model, const std::string& mode, int replica, double accuracy) {
  Evaluation evaluation{.metric = "accuracy", .value = accuracy, .examples = 100};
  Record result = evaluated(replica, evaluation);
  result.cell.model.name = model;
  result.cell.mode = built_in(mode);
  if (mode == "fixed") {
    result.epochs.front().train_seconds = 2.5;
    result.state.hash = "same";
  }
  return result;
}

/// Ten replicas in each mode: fixed costs half, noisy spreads.
std::vector<Record> measured(const std::string& model) {
  std::vector<Record> records;
  for (const char* mode : {"noisy", "fixed"}) {
    for (int replica = 0; replica < 10; ++replica) {
      const double accuracy = mode == std::string("noisy") ? 0.80 + 0.001 * replica : 0.80;
      records.push_back(record(model, mode, replica, accuracy));
    }
  }
  return records;
}

Report report_of(std::vector<Record> records, const std::string& word = "word") {
  Report report;
  report.run.folder = "/r";
  report.run.machine.cpu_model = "AMD EPYC " + word;
  report.run.machine.host_name = word;
  report.run.machine.cores = 2;
  report.run.header = {{"run", "0123"},
                       {"started", "2026-11-21T22:50:01Z"},
                       {"command", "ndbench_suite " + word},
                       {"suite", {{"name", word}, {"hash", "5eed"}, {"file", "/" + word}}},
                       {"programs", {{word, word}}},
                       {"plugins", {{word, {{"file", word}, {"hash", word}}}}},
                       {"provenance", {{"commit", word}, {"environment", {{word, word}}}}}};
  report.run.is_complete = true;
  report.run.records = std::move(records);
  report.run.summary = summarize(report.run.records, report.run.machine);
  report.no_histories = "there is no database";
  return report;
}

/// Takes out what lies between two texts, of all pairs of them.
void erase_between(std::string& html, std::string_view begin, std::string_view end) {
  for (std::size_t at = 0; (at = html.find(begin, at)) != std::string::npos; at += begin.size()) {
    const std::size_t from = at + begin.size();
    html.erase(from, html.find(end, from) - from);
  }
}

/// Which elements with which attributes there are outside of scripts and styles.
std::set<std::string> markup(std::string html) {
  erase_between(html, "<style>", "</style>");
  erase_between(html, "<script>", "</script>");
  std::set<std::string> names;
  for (std::size_t at = 0; (at = html.find('<', at)) != std::string::npos;) {
    std::string tag = html.substr(at, html.find('>', at) - at);
    at += tag.size();
    erase_between(tag, "=\"", "\"");
    names.insert(tag);
  }
  return names;
}

TEST(HtmlReport, SaysCostAndSpreadInASentence) {
  const Report report = report_of(measured("m"));
  const std::vector<Statement> statements = statements_of(report);
  ASSERT_FALSE(statements.empty());
  EXPECT_EQ(statements.front().word, "cost");
  EXPECT_EQ(statements.front().text,
            "Determinism costs 50.0 % of noisy's time for m on cpu (+50.0 % … +50.0 %, 10 pairs); "
            "noisy runs: std 0.30 points of accuracy [0.21, 0.55], n = 10.");
  const std::string html = html_report(report);
  EXPECT_THAT(html, HasSubstr("Determinism costs 50.0 % of noisy's time for m on cpu"));
  EXPECT_THAT(html, HasSubstr(">m/cpu/fixed/epoch</th>"));
  EXPECT_THAT(html, HasSubstr("--benchmark_filter=^m/cpu/[^/]+/epoch$"));
}

TEST(HtmlReport, TellsTheWorstNewsFirst) {
  std::vector<Record> records = measured("m");
  records[0].outcome = skipped("no such device");
  records[1].outcome = failed(ExitCode::kBenchmarkFailed, "it crashed", "train");
  records[11].outcome = failed(ExitCode::kDeterminismBreach, "other bits", "hash");
  Report report = report_of(std::move(records));
  report.run.is_complete = false;
  std::vector<std::string> words;
  for (const Statement& statement : statements_of(report)) words.push_back(statement.word);
  words.resize(6);
  EXPECT_THAT(words,
              testing::ElementsAre("incomplete", "breach", "failed", "cost", "repeats", "skipped"));
}

TEST(HtmlReport, IsTheSameWheneverItIsWritten) {
  const Report report = report_of(measured("m"));
  EXPECT_EQ(html_report(report), html_report(report));
  EXPECT_EQ(summary_picture(report), summary_picture(report));
}

TEST(HtmlReport, FetchesNothingAndAllowsNoOtherScript) {
  const std::string html = html_report(report_of(measured("m")));
  EXPECT_THAT(html, HasSubstr("default-src 'none'; script-src 'sha256-"));
  EXPECT_THAT(html, Not(HasSubstr("unsafe")));
  for (const std::string& element : markup(html)) {
    for (const char* name : {"src", "style=", "onload", "onclick", "<iframe", "<img", "<object"}) {
      EXPECT_THAT(element, Not(HasSubstr(name)));
    }
  }
  EXPECT_LT(html.size(), 400'000U);
}

TEST(HtmlReport, TellsWhyThereIsNothing) {
  const std::string html = html_report(report_of({}));
  EXPECT_THAT(html, HasSubstr("Nothing was measured."));
  EXPECT_THAT(html, HasSubstr("No history: there is no database."));
  EXPECT_THAT(html, HasSubstr("No replica ended well."));
  EXPECT_THAT(summary_picture(report_of({})), HasSubstr("No two modes of a benchmark were timed."));
}

TEST(HtmlReport, DrawsNoNumberThatIsNone) {
  std::vector<Record> records = measured("m");
  for (Record& one : records) one.epochs.front().evaluation.value = kNaN;
  records.push_back(record("infinite", "noisy", 0, INFINITY));
  records.push_back(record("single", "noisy", 0, 0.5));
  const Report report = report_of(std::move(records));
  for (const std::string& text : {html_report(report), summary_picture(report)}) {
    EXPECT_THAT(text, Not(HasSubstr("nan%")));
    EXPECT_THAT(text, Not(HasSubstr("\"nan")));
    EXPECT_THAT(text, Not(HasSubstr("inf%")));
    EXPECT_THAT(text, Not(HasSubstr("nan ")));
  }
}

/// So many runs at about one second, then so many that take a fifth longer.
History history_of(int before, int after) {
  History history{"m/cpu/fixed/epoch", "f0e1", "seconds", false, {}, {}};
  for (int run = 0; run < before + after; ++run) {
    history.values.push_back((run < before ? 1.0 : 1.2) + 0.001 * (run % 3));
    history.commits.push_back("commit" + std::to_string(run));
  }
  return history;
}

TEST(HtmlReport, MarksWhereAHistoryChanges) {
  Report report = report_of(measured("m"));
  report.histories = {history_of(20, 10)};
  const std::string html = html_report(report);
  EXPECT_THAT(html, HasSubstr("+20.0 % at run 21 (p &lt; 0.0001), commit commit20"));
  EXPECT_THAT(html, HasSubstr("<line class=\"change\""));
  EXPECT_THAT(html, HasSubstr(R"("marks":[{"text":"+20.0 %","x":20.5}])"));
}

TEST(HtmlReport, TellsAChangeThatTheRunShowsForTheFirstTime) {
  Report report = report_of(measured("m"));
  int after = 1;
  while (findings_in(history_of(20, after)).empty()) ++after;
  report.findings = findings_in(history_of(20, after));
  EXPECT_EQ(statements_of(report).front().word, "worse");
  report.findings = findings_in(history_of(20, after + 10));
  EXPECT_EQ(statements_of(report).front().word, "cost");  // known since other runs
}

TEST(HtmlReport, TellsFirstOfAllThatARunEndsInOtherBits) {
  Report report = report_of(measured("m"));
  report.histories = {history_of(20, 0)};  // whose level is as it was
  add_findings(report.histories, report.findings);
  add_findings(std::vector<StateHistory>{{.name = "m/cpu/fixed/epoch",
                                          .target = "f0e1",
                                          .before = "0123",
                                          .now = "4567",
                                          .commit_before = "0123456789abcdef"}},
               report.findings);
  const Statement worst = statements_of(report).front();
  EXPECT_EQ(worst.weight, Statement::Weight::kBad);
  EXPECT_EQ(worst.word, "drift");
  EXPECT_EQ(worst.text,
            "m/cpu/fixed/epoch ends in other bits than before (0123 → 4567), last without it: "
            "0123456789ab");
  EXPECT_THAT(html_report(report), HasSubstr("other bits than before (0123 → 4567)"));
}

/// Runs of ten results each, evenly over a range; that of the last is as wide as told.
SpreadHistory spread_of(double last) {
  SpreadHistory history{"m/cpu/noisy/epoch", "f0e1", "accuracy", {}, {}};
  for (int run = 0; run < 10; ++run) {
    const double width = run < 9 ? 0.01 : last;
    std::vector<double>& results = history.runs.emplace_back();
    for (int replica = 0; replica < 10; ++replica) {
      results.push_back(0.8 + 1e-6 * run + width * (replica - 4.5) / 9.0);
    }
    history.commits.push_back("commit" + std::to_string(run));
  }
  return history;
}

TEST(HtmlReport, TellsAGrowthOfSpread) {
  Report report = report_of(measured("m"));
  report.findings = findings_in(spread_of(0.04));
  const Statement worst = statements_of(report).front();
  EXPECT_EQ(worst.weight, Statement::Weight::kBad);
  EXPECT_EQ(worst.word, "worse");
  EXPECT_EQ(worst.text,
            "m/cpu/noisy/epoch: std of accuracy changed by +300 % against the runs before "
            "(p < 0.0001), last without it: commit8");
  report.findings = findings_in(spread_of(0.01));
  EXPECT_EQ(statements_of(report).front().word, "cost");
}

TEST(HtmlReport, TellsAGrowthFromNothingByItsValues) {
  Report report = report_of(measured("m"));
  report.findings = findings_in(spread_of(0.04));
  report.findings.front().before = 0.0;
  report.findings.front().after = 0.25;
  EXPECT_THAT(statements_of(report).front().text,
              HasSubstr("std of accuracy changed from 0 to 0.2500 against"));
}

TEST(HtmlReport, DrawsFirstWhatTheRunShowsForTheFirstTime) {
  Report report = report_of(measured("m"));
  int after = 1;
  while (findings_in(history_of(20, after)).empty()) ++after;
  report.histories = {history_of(20, 10), history_of(20, after)};
  report.histories[0].name = "known";
  report.histories[1].name = "news";
  add_findings(report.histories, report.findings);
  const std::string html = html_report(report);
  EXPECT_LT(html.find("news, ms: "), html.find("known, ms: "));
}

/// The word wherever one can stand.
Report report_with(const std::string& word) {
  std::vector<Record> records = measured(word);
  records[0].outcome = skipped(word);
  records[1].outcome = failed(ExitCode::kBenchmarkFailed, word, word);
  records[1].outcome.output = word;
  records[2].libraries = {{word, word}};
  return report_of(std::move(records), word);
}

TEST(HtmlReport, ShowsHostileTextAsText) {
  const Report harmless = report_with("x");
  const std::set<std::string> expected = markup(html_report(harmless));
  const std::set<std::string> expected_of_picture = markup(summary_picture(harmless));
  for (const std::string& hostile : hostile_strings()) {
    const Report report = report_with(hostile);
    const std::string html = html_report(report);
    EXPECT_EQ(markup(html), expected) << hostile;
    EXPECT_FALSE(has_control_byte(html)) << hostile;
    const std::string svg = summary_picture(report);
    EXPECT_EQ(markup(svg), expected_of_picture) << hostile;
    EXPECT_FALSE(has_control_byte(svg)) << hostile;
  }
}

TEST(HtmlReport, StaysSmallWithHundredsOfCells) {
  std::vector<Record> records;
  for (int model = 0; model < 400; ++model) {
    for (Record& one : measured("m" + std::to_string(model))) records.push_back(std::move(one));
  }
  const std::string html = html_report(report_of(std::move(records)));
  EXPECT_LT(html.size(), 3'000'000U);
  EXPECT_THAT(html, HasSubstr("The first 40 of 400 are drawn; the tables have all."));
  EXPECT_THAT(html, HasSubstr(">m399/cpu/fixed/epoch</th>"));
}

TEST(SummaryPicture, HasARowForEachTradeoff) {
  std::vector<Record> records = measured("a");
  for (Record& one : measured("b")) records.push_back(std::move(one));
  const std::string svg = summary_picture(report_of(std::move(records)));
  EXPECT_THAT(svg, HasSubstr(">a on cpu<"));
  EXPECT_THAT(svg, HasSubstr(">b on cpu<"));
  EXPECT_THAT(svg, HasSubstr(">+50.0 % [+50.0, +50.0], n = 10<"));
  EXPECT_THAT(svg, HasSubstr(">std 0.30 points of accuracy [0.21, 0.55], n = 10<"));
  EXPECT_THAT(svg, Not(HasSubstr("href")));
}

}  // namespace
}  // namespace ndbench
