#include <algorithm>
#include <cctype>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/json_text.h"
#include "core/measured_benchmark.h"
#include "core/report_writers.h"

namespace ndbench {
namespace {

using json = nlohmann::ordered_json;

/// LNT sorts runs by this field, so that it has to be a number: 20261121225001.
std::string order_of(const std::string& started) {
  std::string digits;
  std::copy_if(started.begin(), started.end(), std::back_inserter(digits),
               [](unsigned char character) { return std::isdigit(character) != 0; });
  return digits;
}

/// Results of which more is better: LNT's `score` knows no others.
std::vector<double> scores_of(const MeasuredBenchmark& benchmark) {
  std::vector<double> scores;
  for (const Record* record : benchmark.replicas) {
    const Evaluation* evaluation = record->evaluation();
    if (record->outcome.status != Status::kPassed || evaluation == nullptr) continue;
    const bool counts = evaluation->higher_is_better && std::isfinite(evaluation->value);
    if (counts) scores.push_back(evaluation->value);
  }
  return scores;
}

json test_of(const MeasuredBenchmark& benchmark) {
  json test{{"name", benchmark.name},
            {"execution_status", benchmark.count(Status::kFailed) > 0 ? 1 : 0}};
  if (auto seconds = benchmark.all_seconds(); !seconds.empty()) test["execution_time"] = seconds;
  if (auto scores = scores_of(benchmark); !scores.empty()) test["score"] = scores;
  if (const auto peak = benchmark.peak_memory_bytes()) test["mem_bytes"] = *peak;
  return test;
}

}  // namespace

std::string lnt_report(const Report& report) {
  const MeasuredRun& run = report.run;
  // LNT's times are UTC, too, and without a zone.
  const std::string time = run.started().substr(0, run.started().find('Z'));
  json document{{"format_version", "2"},
                {"machine",
                 {{"name", run.machine.host_name},
                  {"cpu_model", run.machine.cpu_model},
                  {"cores", std::to_string(run.machine.cores)}}},
                {"run",
                 {{"start_time", time},
                  {"end_time", time},
                  {"llvm_project_revision", order_of(time)},
                  {"commit", run.commit()},
                  {"suite", run.suite()},
                  {"run", run.id()},
                  {"command", run.command()}}},
                {"tests", json::array()}};
  for (const MeasuredBenchmark& benchmark : benchmarks_of(run)) {
    const bool is_measured =
        benchmark.count(Status::kPassed) + benchmark.count(Status::kFailed) > 0;
    if (is_measured) document["tests"].push_back(test_of(benchmark));
  }
  return json_text(document, 2) + "\n";
}

}  // namespace ndbench
