#include "core/output.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

namespace ndbench {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::Each;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

RunContext small_context() {
  RunContext context;
  context.date = "2026-01-31T12:34:56+01:00";
  context.host_name = "host";
  context.executable = "/bin/ndbench_suite";
  context.num_cpus = 2;
  context.mhz_per_cpu = 3000;
  context.cpu_scaling_enabled = false;
  context.aslr_enabled = true;
  context.caches = {{"Data", 1, 32768, 2}};
  context.load_average = {0.5, 0.25, 0.125};
  context.custom = {{"suite", "small (01234567)"}};
  context.name_width = 17;  // of the epochs
  return context;
}

Row passed_step() {
  Row row;
  row.name = "m/cpu/fixed/step";
  row.family = 0;
  row.repetitions = 2;
  row.repetition = 1;
  row.iterations = 40;
  row.real_seconds = 0.0125;
  row.cpu_seconds = 0.025;
  row.samples_per_second = 1280.0;
  row.state_hash = "ab12";
  row.compute_threads = "2";
  return row;
}

Row diverged_epoch() {
  Row row = passed_step();
  row.name = "m/cpu/fixed/epoch";
  row.family = 1;
  row.repetitions = 1;
  row.repetition = 0;
  row.iterations = 1;
  row.real_seconds = 61.5;
  row.cpu_seconds = 120.25;
  row.samples_per_second = 0.5;
  row.metric = "accuracy";
  row.quality = Row::kNone;
  row.loss = kInfinity;
  row.other = {{"ratio", 0.5}};
  return row;
}

Row failed_step() {
  Row row = diverged_epoch();  // what it measured before is not shown
  row.name = "m/cpu/noisy/step";
  row.family = 2;
  row.outcome = failed(ExitCode::kBenchmarkFailed, "killed by SIGSEGV\nat once", "train");
  return row;
}

Row skipped_step() {
  Row row;
  row.name = "m/cuda/fixed/step";
  row.family = 3;
  row.outcome = skipped("no driver");
  return row;
}

Row variation() {
  Row row = passed_step();
  row.aggregate = "cv";
  row.iterations = 2;
  row.real_seconds = 0.0123;
  row.cpu_seconds = 0.0;
  row.samples_per_second = 0.5;
  row.state_hash = "";
  return row;
}

std::vector<Row> small_run() {
  return {passed_step(), variation(), diverged_epoch(), failed_step(), skipped_step()};
}

Row hostile_row() {
  Row row = passed_step();
  row.name = "=cmd|' /C calc'!A0\x1b[2J";
  row.metric = "\"a,b\"\n\x1b]0;title\x07";
  row.quality = 0.5;
  row.loss = 0.25;
  row.state_hash = "a,b";
  row.compute_threads = "@2";
  return row;
}

Row hostile_failure() {
  Row row = hostile_row();
  row.outcome = failed(ExitCode::kBenchmarkFailed, "\x1b[31m\"no\", \u202e\xFF\r\n=second");
  return row;
}

std::string written(Format format, const std::vector<Row>& rows, const OutputStyle& style = {},
                    const RunContext& context = small_context()) {
  std::string text;
  const auto output =
      make_output(format, style, [&text](std::string_view part) { text.append(part); });
  output->begin(context);
  for (const Row& row : rows) output->row(row);
  output->end();
  return text;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// The fields of RFC 4180 rows, by a parser of its own.
std::vector<std::vector<std::string>> csv_of(const std::string& text) {
  std::vector<std::vector<std::string>> rows{{""}};
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string& field = rows.back().back();
    if (quoted && text.substr(i, 2) == "\"\"") {
      field += '"';
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && text[i] == ',') {
      rows.back().emplace_back();
    } else if (!quoted && text[i] == '\n') {
      rows.push_back({""});
    } else {
      field += text[i];
    }
  }
  EXPECT_FALSE(quoted);
  EXPECT_EQ(rows.back(), std::vector<std::string>{""});
  rows.pop_back();
  return rows;
}

bool has_control_character(const std::string& text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7f;
  });
}

TEST(TimeUnit, HasASymbolAndAFactor) {
  EXPECT_EQ(symbol(TimeUnit::kNanosecond), "ns");
  EXPECT_EQ(symbol(TimeUnit::kMicrosecond), "us");
  EXPECT_EQ(symbol(TimeUnit::kMillisecond), "ms");
  EXPECT_EQ(symbol(TimeUnit::kSecond), "s");
  EXPECT_EQ(in_unit(0.5, TimeUnit::kNanosecond), 5e8);
  EXPECT_EQ(in_unit(0.5, TimeUnit::kMicrosecond), 5e5);
  EXPECT_EQ(in_unit(0.5, TimeUnit::kMillisecond), 500.0);
  EXPECT_EQ(in_unit(0.5, TimeUnit::kSecond), 0.5);
}

TEST(ConsoleOutput, IsATable) {
  EXPECT_EQ(written(Format::kConsole, small_run()),
            "suite: small (01234567)\n"
            "-------------------------------------------------------------------\n"
            "Benchmark                     Time       CPU Iter samples/s Quality\n"
            "-------------------------------------------------------------------\n"
            "m/cpu/fixed/step          12.50 ms  25.00 ms   40      1280        \n"
            "m/cpu/fixed/step_cv         1.23 %    0.00 %    2   50.00 %        \n"
            "m/cpu/fixed/epoch         61500 ms 120250 ms    1    0.5000        \n"
            "m/cpu/noisy/step         ERROR: killed by SIGSEGV\n"
            "m/cuda/fixed/step        SKIPPED: no driver\n");
}

TEST(ConsoleOutput, IsAHeaderWhenNothingWasMeasured) {
  EXPECT_EQ(lines_of(written(Format::kConsole, {})).size(), 4U);
}

TEST(ConsoleOutput, ShowsTimesInTheUnitAskedFor) {
  EXPECT_THAT(written(Format::kConsole, {passed_step()}, {.time_unit = TimeUnit::kMicrosecond}),
              HasSubstr(" 12500 us  25000 us "));
  EXPECT_THAT(written(Format::kConsole, {passed_step()}, {.time_unit = TimeUnit::kSecond}),
              HasSubstr("  0.0125 s  0.0250 s "));
}

TEST(ConsoleOutput, HasNoColourUnlessAsked) {
  EXPECT_THAT(written(Format::kConsole, small_run()), Not(HasSubstr("\x1b")));
  EXPECT_THAT(written(Format::kConsole, small_run(), {.colour = true}), HasSubstr("\x1b["));
}

TEST(ConsoleOutput, RepeatsItsHeaderWhereTheMetricChangesIfAsked) {
  Row error = diverged_epoch();
  error.metric = "mse";
  error.quality = 0.0625;
  const std::string text = written(Format::kConsole, {diverged_epoch(), diverged_epoch(), error},
                                   {.counters_tabular = true});
  const std::vector<std::string> lines = lines_of(text);
  ASSERT_EQ(lines.size(), 13U);  // context, 3 × header, 3 rows
  EXPECT_THAT(lines[5], EndsWith(" samples/s accuracy"));
  EXPECT_THAT(lines[10], EndsWith(" samples/s     mse"));
  EXPECT_THAT(lines[12], EndsWith("  0.0625"));
}

TEST(ConsoleOutput, FitsEightyColumnsForNamesOfThirtyCharacters) {
  RunContext context = small_context();
  context.name_width = 30;
  for (const TimeUnit unit :
       {TimeUnit::kNanosecond, TimeUnit::kMicrosecond, TimeUnit::kMillisecond, TimeUnit::kSecond}) {
    for (const double seconds :
         {1e-9, 1.25e-5, 9.9996e-5, 0.001, 0.099996, 0.99996, 12.3456, 999.96, 9999.996}) {
      Row row = diverged_epoch();
      row.name = std::string(30, 'n');
      row.iterations = 1000;
      row.real_seconds = row.cpu_seconds = seconds;
      row.samples_per_second = 16.0 / seconds;
      row.quality = 0.00123456;
      Row deviation = row;
      deviation.aggregate = "stddev";
      const std::vector<std::string> lines =
          lines_of(written(Format::kConsole, {row, deviation}, {.time_unit = unit}, context));
      for (const std::string& line : lines) {
        EXPECT_LE(line.size(), 80U) << line;
      }
    }
  }
}

TEST(ConsoleOutput, ShowsNothingThatMovesTheCursor) {
  RunContext context = small_context();
  context.custom = {{"key\x1b[2J", "value\r\n\x07"}};
  const std::string text = written(Format::kConsole, {hostile_row(), hostile_failure()},
                                   {.counters_tabular = true}, context);
  EXPECT_FALSE(has_control_character(text)) << text;
  EXPECT_THAT(text, AllOf(HasSubstr("key\\x1b[2J: value\\x0d\\x0a\\x07\n"),
                          HasSubstr("=cmd|' /C calc'!A0\\x1b[2J"),
                          HasSubstr("ERROR: \\x1b[31m\"no\", \\u202e\\xff\\x0d\n")));
}

json parsed(const std::vector<Row>& rows, const OutputStyle& style = {},
            const RunContext& context = small_context()) {
  return json::parse(written(Format::kJson, rows, style, context));
}

TEST(JsonOutput, BeginsWithTheContextOfGoogleBenchmark) {
  json context = parsed({}).at("context");
  EXPECT_TRUE(context.at("library_version").is_string());
  EXPECT_TRUE(context.at("library_build_type").is_string());
  context.erase("library_version");
  context.erase("library_build_type");
  EXPECT_EQ(context, json::parse(R"json({
    "date": "2026-01-31T12:34:56+01:00", "host_name": "host", "executable": "/bin/ndbench_suite",
    "num_cpus": 2, "mhz_per_cpu": 3000, "cpu_scaling_enabled": false, "aslr_enabled": true,
    "caches": [{"type": "Data", "level": 1, "size": 32768, "num_sharing": 2}],
    "load_avg": [0.5, 0.25, 0.125], "json_schema_version": 1, "suite": "small (01234567)"})json"));
}

TEST(JsonOutput, HasAnEmptyListWhenNothingWasMeasured) {
  EXPECT_EQ(parsed({}).at("benchmarks"), json::array());
}

TEST(JsonOutput, HasTheFieldsOfGoogleBenchmarkAndNdbenchs) {
  EXPECT_EQ(parsed(small_run()).at("benchmarks"), json::parse(R"([
    {"name": "m/cpu/fixed/step", "family_index": 0, "per_family_instance_index": 0,
     "run_name": "m/cpu/fixed/step", "run_type": "iteration", "repetitions": 2,
     "repetition_index": 1, "threads": 1, "iterations": 40, "real_time": 12.5, "cpu_time": 25.0,
     "time_unit": "ms", "items_per_second": 1280.0, "compute_threads": "2", "state_hash": "ab12"},
    {"name": "m/cpu/fixed/step_cv", "family_index": 0, "per_family_instance_index": 0,
     "run_name": "m/cpu/fixed/step", "run_type": "aggregate", "repetitions": 2,
     "aggregate_name": "cv", "aggregate_unit": "percentage", "threads": 1, "iterations": 2,
     "real_time": 0.0123, "cpu_time": 0.0, "time_unit": "ms", "items_per_second": 0.5,
     "compute_threads": "2"},
    {"name": "m/cpu/fixed/epoch", "family_index": 1, "per_family_instance_index": 0,
     "run_name": "m/cpu/fixed/epoch", "run_type": "iteration", "repetitions": 1,
     "repetition_index": 0, "threads": 1, "iterations": 1, "real_time": 61500.0,
     "cpu_time": 120250.0, "time_unit": "ms", "items_per_second": 0.5, "compute_threads": "2",
     "state_hash": "ab12", "metric": "accuracy", "quality": null, "loss": null,
     "other": {"ratio": 0.5}},
    {"name": "m/cpu/noisy/step", "family_index": 2, "per_family_instance_index": 0,
     "run_name": "m/cpu/noisy/step", "run_type": "iteration", "repetitions": 1,
     "repetition_index": 0, "threads": 1, "error_occurred": true,
     "error_message": "killed by SIGSEGV\nat once"},
    {"name": "m/cuda/fixed/step", "family_index": 3, "per_family_instance_index": 0,
     "run_name": "m/cuda/fixed/step", "run_type": "iteration", "repetitions": 1,
     "repetition_index": 0, "threads": 1, "skipped": true, "skip_message": "no driver"}])"));
}

TEST(JsonOutput, CountsDisturbedBlocksWhereThereAreSome) {
  Row row = passed_step();
  row.disturbed_blocks = 3;
  const json rows = json::parse(written(Format::kJson, {row, passed_step()})).at("benchmarks");
  EXPECT_EQ(rows.at(0).at("disturbed_blocks"), 3);
  EXPECT_FALSE(rows.at(1).contains("disturbed_blocks"));
}

TEST(JsonOutput, PutsTheFieldsOfGoogleBenchmarkInItsOrder) {
  const std::string text = written(Format::kJson, {passed_step()});
  EXPECT_THAT(text, StartsWith("{\n  \"context\": {\n    \"date\": "));
  EXPECT_LT(text.find("\"name\""), text.find("\"run_name\""));
  EXPECT_LT(text.find("\"run_name\""), text.find("\"real_time\""));
  EXPECT_THAT(text, EndsWith("}\n"));
}

TEST(JsonOutput, IsWrittenInOnePieceAtTheEnd) {
  int parts = 0;
  const auto output = make_output(Format::kJson, {}, [&parts](std::string_view) { ++parts; });
  output->begin(small_context());
  output->row(passed_step());
  EXPECT_EQ(parts, 0);
  output->end();
  EXPECT_EQ(parts, 1);
}

TEST(JsonOutput, HasNoTimeForWhatWasNotMeasured) {
  const std::vector<Row> rows{failed_step(), skipped_step()};
  const json document = parsed(rows);
  ASSERT_EQ(document.at("benchmarks").size(), 2U);
  for (const json& row : document.at("benchmarks")) {
    for (const char* key : {"real_time", "cpu_time", "iterations", "items_per_second", "quality"}) {
      EXPECT_FALSE(row.contains(key)) << key;
    }
  }
}

TEST(JsonOutput, HasTimesInTheUnitAskedForButSharesInNone) {
  const std::vector<Row> rows{passed_step(), variation()};
  const json nanoseconds = parsed(rows, {.time_unit = TimeUnit::kNanosecond}).at("benchmarks");
  EXPECT_EQ(nanoseconds.at(0).at("real_time"), 12'500'000.0);
  EXPECT_EQ(nanoseconds.at(0).at("time_unit"), "ns");
  EXPECT_EQ(nanoseconds.at(1).at("real_time"), 0.0123);
}

TEST(JsonOutput, KeepsHostileTextAsItIs) {
  const json rows = parsed({hostile_row(), hostile_failure()}).at("benchmarks");
  EXPECT_EQ(rows.at(0).at("name"), "=cmd|' /C calc'!A0\x1b[2J");
  EXPECT_EQ(rows.at(0).at("metric"), "\"a,b\"\n\x1b]0;title\x07");
  EXPECT_EQ(rows.at(1).at("error_message"), "\x1b[31m\"no\", \u202e\uFFFD\r\n=second");
}

TEST(JsonOutput, NeverLetsACustomKeyReplaceOneOfTheSchemas) {
  RunContext context = small_context();
  context.custom = {{"date", "never"}, {"num_cpus", "64"}, {"b\xFFy", "\xC3"}};
  const json object = parsed({}, {}, context).at("context");
  EXPECT_EQ(object.at("date"), "2026-01-31T12:34:56+01:00");
  EXPECT_EQ(object.at("context:date"), "never");
  EXPECT_EQ(object.at("num_cpus"), 2);
  EXPECT_EQ(object.at("b\uFFFDy"), "\uFFFD");
}

TEST(CsvOutput, HasOneSetOfColumnsForEveryRow) {
  EXPECT_EQ(
      written(Format::kCsv, small_run()),
      "name,iterations,real_time,cpu_time,time_unit,bytes_per_second,items_per_second,label,"
      "error_occurred,error_message,skipped,skip_message,repetition_index,metric,quality,loss,"
      "state_hash,compute_threads\n"
      "m/cpu/fixed/step,40,12.5,25,ms,,1280,,,,,,1,,,,ab12,2\n"
      "m/cpu/fixed/step_cv,2,0.0123,0,ms,,0.5,,,,,,,,,,,2\n"
      "m/cpu/fixed/epoch,1,61500,120250,ms,,0.5,,,,,,0,accuracy,,,ab12,2\n"
      "m/cpu/noisy/step,,,,ms,,,,true,\"killed by SIGSEGV\nat once\",,,0,accuracy,,,ab12,2\n"
      "m/cuda/fixed/step,,,,ms,,,,,,true,no driver,0,,,,,\n");
}

TEST(CsvOutput, ShowsQualitiesOfMeasuredRowsAlone) {
  Row row = diverged_epoch();
  row.quality = 0.875;
  row.loss = 0.125;
  EXPECT_THAT(written(Format::kCsv, {row}), HasSubstr(",accuracy,0.875,0.125,"));
  row.outcome = failed(ExitCode::kDeterminismBreach, "breached");
  EXPECT_THAT(written(Format::kCsv, {row}), HasSubstr(",accuracy,,,"));
}

TEST(CsvOutput, KeepsFieldsApartWhateverTheyHold) {
  const auto rows = csv_of(written(Format::kCsv, {hostile_row(), hostile_failure()}));
  ASSERT_EQ(rows.size(), 3U);
  for (const auto& row : rows) EXPECT_EQ(row.size(), 18U);
  EXPECT_EQ(rows[1][16], "a,b");
  EXPECT_THAT(rows[2][9], AllOf(HasSubstr("\"no\", "), HasSubstr("=second")));
}

TEST(CsvOutput, LetsNoSpreadsheetTakeTextForAFormula) {
  for (const std::string start : {"=", "+", "-", "@", "\t=", "\r="}) {
    Row row = failed_step();
    row.name = start + "1+1";
    row.outcome.reason = start + "1+1";
    const auto fields = csv_of(written(Format::kCsv, {row})).at(1);
    for (const std::size_t column : {0U, 9U}) {
      EXPECT_EQ(std::string("=+-@\t\r").find(fields[column].front()), std::string::npos)
          << fields[column];
    }
  }
}

TEST(CsvOutput, ShowsNothingThatMovesTheCursor) {
  EXPECT_FALSE(has_control_character(written(Format::kCsv, {hostile_row(), hostile_failure()})));
}

TEST(CsvOutput, DoesNotTakeANegativeNumberForAFormula) {
  Row row = diverged_epoch();
  row.quality = -0.5;
  EXPECT_THAT(written(Format::kCsv, {row}), HasSubstr(",accuracy,-0.5,,"));
}

TEST(AnyOutput, SurvivesANameOfAMegabyte) {
  Row row = failed_step();
  row.name = std::string(1'000'000, 'x');
  row.outcome.reason = std::string(1'000'000, '\xFF');
  EXPECT_LT(written(Format::kConsole, {row}).size(), 5'000U);
  EXPECT_EQ(parsed({row}).at("benchmarks").at(0).at("name"), row.name);
  EXPECT_EQ(csv_of(written(Format::kCsv, {row})).at(1).at(0), row.name);
}

}  // namespace
}  // namespace ndbench
