#include "core/google_benchmark_json.h"

#include <gmock/gmock.h>

#include <fstream>

#include "core/durable_file.h"
#include "temporary_folder.h"

namespace ndbench {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

constexpr char kContext[] = R"("context": {"host_name": "h", "num_cpus": 4, "mhz_per_cpu": 2600})";

class GoogleBenchmarkJson : public testing::Test {
 protected:
  ComparedRun read(const std::string& content) {
    const auto file = folder_.path() / "rows.json";
    std::ofstream(file, std::ios::binary) << content;
    return read_google_benchmark(file);
  }

  ComparedRun read_rows(const std::string& rows) {
    return read(std::string("{") + kContext + ", \"benchmarks\": [" + rows + "]}");
  }

  std::string complaint(const std::string& content) {
    try {
      (void)read(content);
    } catch (const ResultsError& error) {
      return error.what();
    }
    return "";
  }

  std::string complaint_of_row(const std::string& row) {
    return complaint(std::string("{") + kContext + ", \"benchmarks\": [" + row + "]}");
  }

  TemporaryFolder folder_;
};

TEST_F(GoogleBenchmarkJson, HasTheTimesOfRepetitionsInAnyUnit) {
  const ComparedRun run = read_rows(R"(
    {"name": "a", "run_type": "iteration", "threads": 2, "real_time": 2, "time_unit": "ns"},
    {"name": "a", "run_type": "iteration", "threads": 2, "real_time": 2.5, "time_unit": "us"},
    {"name": "b", "real_time": 3, "time_unit": "ms"},
    {"name": "a", "run_type": "iteration", "real_time": 4, "time_unit": "s"},
    {"name": "a_mean", "run_name": "a", "run_type": "aggregate", "real_time": 9})");
  ASSERT_THAT(run.benchmarks, SizeIs(2));
  EXPECT_EQ(run.benchmarks[0].name, "a");
  EXPECT_THAT(run.benchmarks[0].seconds, ElementsAre(DoubleEq(2e-9), DoubleEq(2.5e-6), 4.0));
  EXPECT_EQ(run.benchmarks[0].settings.at("threads"), "2");
  EXPECT_EQ(run.benchmarks[0].target.at("host_name"), "h");
  EXPECT_EQ(run.benchmarks[0].target.count("mhz_per_cpu"), 0U);
  EXPECT_THAT(run.benchmarks[1].seconds, ElementsAre(DoubleEq(3e-3)));
  EXPECT_FALSE(run.replicas_are_processes);
}

TEST_F(GoogleBenchmarkJson, LeavesOutWhatFailed) {
  const ComparedRun run = read_rows(R"(
    {"name": "a", "error_occurred": true, "error_message": "oh", "real_time": 0},
    {"name": "b", "skipped": true, "skip_message": "no GPU"},
    {"name": "c", "error_occurred": true, "error_message": "once"},
    {"name": "c", "real_time": 5})");
  ASSERT_THAT(run.benchmarks, SizeIs(3));
  EXPECT_EQ(run.benchmarks[0].problem, "failed: oh");
  EXPECT_EQ(run.benchmarks[1].problem, "skipped: no GPU");
  EXPECT_EQ(run.benchmarks[2].problem, "");
  EXPECT_THAT(run.benchmarks[2].seconds, ElementsAre(DoubleEq(5e-9)));
}

TEST_F(GoogleBenchmarkJson, KnowsTheRowsOfARun) {
  EXPECT_TRUE(
      read_rows(R"({"name": "a", "real_time": 1, "compute_threads": "1"})").replicas_are_processes);
}

TEST_F(GoogleBenchmarkJson, RefusesWhatIsNone) {
  EXPECT_THAT(complaint(""), HasSubstr("rows.json"));
  EXPECT_THAT(complaint("[]"), HasSubstr("it has no 'context' with 'benchmarks'"));
  EXPECT_THAT(complaint(R"({"context": 1, "benchmarks": []})"), HasSubstr("it has no 'context'"));
  EXPECT_THAT(complaint(R"({"a": 1, "a": 1})"), HasSubstr("the key 'a' stands twice"));
  EXPECT_THAT(complaint_of_row("7"), HasSubstr("rows.json"));
  EXPECT_THAT(complaint_of_row(R"({"real_time": 1})"), HasSubstr("name"));
  EXPECT_THAT(complaint_of_row(R"({"name": "a"})"), HasSubstr("real_time"));
  EXPECT_THAT(complaint_of_row(R"({"name": "a", "real_time": -1})"), HasSubstr("took -1e-09"));
  EXPECT_THAT(complaint_of_row(R"({"name": "a", "real_time": 1e999})"), HasSubstr("rows.json"));
  EXPECT_THAT(complaint_of_row(R"({"name": "a", "real_time": NaN})"), HasSubstr("rows.json"));
  EXPECT_THAT(complaint_of_row(R"({"name": "a", "real_time": 1, "time_unit": "h"})"),
              HasSubstr("'h' is no time_unit"));
  EXPECT_THAT(complaint_of_row("{\"name\": \"\xff\", \"real_time\": 1}"), HasSubstr("rows.json"));
}

TEST(GoogleBenchmarkFile, ThatIsNotThereCannotBeRead) {
  EXPECT_THROW((void)read_google_benchmark("/nonexistent/rows.json"), ResultsError);
}

}  // namespace
}  // namespace ndbench
