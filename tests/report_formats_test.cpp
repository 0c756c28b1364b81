// What the formats of a report for other programs say of one run that has a bit of everything.
// NDBENCH_UPDATE_GOLDEN=1 build/release/tests/report_formats_test writes tests/golden/report.*
// anew.

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "core/durable_file.h"
#include "core/printable.h"
#include "core/report.h"
#include "core/report_writers.h"
#include "hostile_strings.h"
#include "reported_run.h"
#include "temporary_folder.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// A name that no suite can have, with something in it for every format.
constexpr char kHostile[] = "=a\"b'<c>&d,e|f\\g\nh\x1b[31m\xff";

/// Those for other programs, each with a file under tests/golden.
const std::vector<std::string> kFormats{"json", "csv", "junit", "bmf",
                                        "gha",  "lnt", "otava", "prom"};

std::string written(const std::string& format, const Report& report) {
  for (const ReportFormat& one : report_formats()) {
    if (one.name == format) return one.write(report);
  }
  ADD_FAILURE() << "no format " << format;
  return "";
}

TEST(ReportFormats, AreAsTheyWere) {
  const Report report = ReportedRun(kHostile).report();
  for (const std::string& format : kFormats) {
    const std::string text = written(format, report);
    const fs::path file = fs::path(NDBENCH_TEST_GOLDEN) / ("report." + format);
    if (std::getenv("NDBENCH_UPDATE_GOLDEN") != nullptr) write_bytes(file, text);
    EXPECT_EQ(text, read_bytes(file)) << "compare with " << file;
  }
}

TEST(ReportFormats, AreTextOfNothingButCharacters) {
  for (const std::string& hostile : hostile_strings()) {
    const Report report = ReportedRun(hostile).report();
    for (const std::string& format : kFormats) {
      const std::string text = written(format, report);
      EXPECT_FALSE(has_control_byte(text)) << format << ": " << printable(hostile);
      for (std::string_view rest = text; !rest.empty();) {
        const auto character = first_character(rest);
        ASSERT_TRUE(character) << format << " is not UTF-8: " << printable(hostile);
        rest.remove_prefix(character->bytes);
      }
    }
  }
}

TEST(ReportFormats, HoldNoNumberThatIsNone) {
  const Report report = ReportedRun("plain").report();
  for (const std::string& format : kFormats) {
    const std::string text = written(format, report);
    for (const char* token : {"nan", "NaN", "inf", "Infinity"}) {
      EXPECT_THAT(text, Not(HasSubstr(token))) << format;
    }
  }
}

TEST(ReportFormats, AreStrictJsonWhateverTheNames) {
  for (const std::string& hostile : hostile_strings()) {
    const Report report = ReportedRun(hostile).report();
    for (const char* format : {"summary", "json", "bmf", "gha", "lnt"}) {
      EXPECT_TRUE(json::accept(written(format, report))) << format << ": " << printable(hostile);
    }
  }
}

TEST(BmfReport, HasLatencyOverheadQualityAndSpreadWithTheirIntervals) {
  const json document = json::parse(bmf_report(ReportedRun("plain").report()));
  const json& fixed = document.at("m/cpu/fixed/step");
  EXPECT_DOUBLE_EQ(fixed.at("latency").at("value"), 1.25 * 0.3125e9);  // ns
  EXPECT_LT(fixed.at("latency").at("lower_value"), fixed.at("latency").at("value"));
  EXPECT_GT(fixed.at("latency").at("upper_value"), fixed.at("latency").at("value"));
  EXPECT_NEAR(fixed.at("overhead").at("value"), 0.25, 1e-12);
  const json& epoch = document.at("m/cpu/noisy/epoch");
  EXPECT_DOUBLE_EQ(epoch.at("latency").at("value"), 2e9);
  EXPECT_FALSE(epoch.at("latency").contains("lower_value"));  // two replicas are too few
  EXPECT_DOUBLE_EQ(epoch.at("quality-accuracy").at("value"), 0.625);
  EXPECT_NEAR(epoch.at("spread-accuracy").at("value"), 0.17677669529663687, 1e-12);
}

TEST(BmfReport, LeavesOutWhatWasNotMeasured) {
  const json document = json::parse(bmf_report(ReportedRun("plain").report()));
  for (const char* name : {"crash/cpu/noisy/step", "m/cuda/noisy/step", "wrong/onednn/noisy/step",
                           "never/cpu/noisy/step"}) {
    EXPECT_FALSE(document.contains(name)) << name;
  }
  EXPECT_FALSE(document.at("diverging/cpu/noisy/epoch").contains("quality-mse plain"));
  // Replicas that ran beside each other have results and no times.
  EXPECT_FALSE(document.at("small/cpu/noisy/epoch").contains("latency"));
  EXPECT_DOUBLE_EQ(document.at("small/cpu/noisy/epoch").at("quality-mse plain").at("value"), 0.375);
}

TEST(GhaReport, HasOnlyThatOfWhichLessIsBetter) {
  std::vector<std::string> names;
  for (const json& entry : json::parse(gha_report(ReportedRun("plain").report()))) {
    names.push_back(entry.at("name"));
    EXPECT_GT(entry.at("value").get<double>(), 0.0);
  }
  EXPECT_THAT(names,
              ElementsAre("m/cpu/noisy/step time", "m/cpu/fixed/step time",
                          "m/cpu/fixed/step time / noisy", "m/cpu/noisy/epoch time",
                          "diverging/cpu/noisy/epoch time", "small/cpu/noisy/epoch mse plain",
                          "breach/cpu/fixed/epoch time", "plain/cpu/noisy/step time"));
}

TEST(LntReport, HasEverySampleAndTheStatusOfThoseThatFailed) {
  const json document = json::parse(lnt_report(ReportedRun("plain").report()));
  EXPECT_EQ(document.at("format_version"), "2");
  EXPECT_EQ(document.at("run").at("llvm_project_revision"), "20261121225001");
  std::map<std::string, json> tests;
  for (const json& test : document.at("tests")) tests[test.at("name")] = test;
  EXPECT_EQ(tests.at("m/cpu/noisy/step").at("execution_time").size(), 6U);
  EXPECT_EQ(tests.at("m/cpu/noisy/epoch").at("score"), json::parse("[0.5, 0.75]"));
  EXPECT_EQ(tests.at("crash/cpu/noisy/step"),
            json::parse(R"({"name": "crash/cpu/noisy/step", "execution_status": 1})"));
  EXPECT_EQ(tests.count("m/cuda/noisy/step"), 0U);                    // skipped
  EXPECT_FALSE(tests.at("small/cpu/noisy/epoch").contains("score"));  // less is better
}

TEST(OtavaReport, HasARowForEachRunThatHasAllValues) {
  EXPECT_EQ(otava_report(ReportedRun("plain").report()),
            "time,run,commit,m/cpu/noisy/step seconds,m/cpu/noisy/epoch accuracy\n"
            "2026-11-19T22:00:00Z,01,a,0.25,0.5\n"
            "2026-11-21T22:50:01Z,03,plain,0.28125,0.625\n");
}

TEST(OtavaReport, TellsApartTwoTargetsOfOneBenchmark) {
  Report report = ReportedRun("plain").report();
  report.histories[1] = report.histories[0];
  report.histories[1].target = "0123456789abcdef";
  EXPECT_THAT(otava_report(report), HasSubstr("m/cpu/noisy/step seconds on f0e1d2c3b4a59687,"
                                              "m/cpu/noisy/step seconds on 0123456789abcdef\n"));
}

TEST(OtavaReport, IsRefusedWithoutADatabase) {
  Report report = ReportedRun("plain").report();
  report.no_histories = "there is no database of results beside the run";
  EXPECT_THROW((void)otava_report(report), ResultsError);
}

TEST(PromReport, HasNoSampleTwiceAndEachFamilyInOnePiece) {
  std::istringstream lines(prom_report(ReportedRun("plain").report()));
  std::set<std::string> seen;
  std::string family;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# HELP ")) family = line.substr(7, line.find(' ', 7) - 7);
    EXPECT_TRUE(seen.insert(line.substr(0, line.rfind(' '))).second) << line;
    if (line.starts_with("#")) continue;
    EXPECT_EQ(line.substr(0, line.find('{')), family);
  }
}

TEST(JunitReport, TellsErrorsFromFailuresAndSkipped) {
  const std::string text = junit_report(ReportedRun("plain").report());
  EXPECT_THAT(text, HasSubstr("<error type=\"a benchmark failed, crashed or timed out\" "
                              "message=\"the worker died: plain\">"));
  EXPECT_THAT(text, HasSubstr("<failure type=\"determinism breach\""));
  EXPECT_THAT(text, HasSubstr("<failure type=\"parity\""));
  EXPECT_THAT(text, HasSubstr("<skipped message=\"no driver: plain\"/>"));
  EXPECT_THAT(text, HasSubstr("<skipped message=\"the run ended before it was measured\"/>"));
  EXPECT_THAT(text, HasSubstr("<system-err>replica 0:\nlast words: plain\n"));
  EXPECT_THAT(text, Not(HasSubstr("time=\"0")));
}

}  // namespace
}  // namespace ndbench
