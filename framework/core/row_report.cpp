#include <fmt/format.h>

#include <algorithm>

#include "core/measured_benchmark.h"
#include "core/output.h"
#include "core/report_writers.h"

namespace ndbench {
namespace {

using nlohmann::json;

/// What the run's first line tells of what stood above its rows.
RunContext context_of(const MeasuredRun& run) {
  const json& provenance = run.header.at("provenance");
  const auto text = [](const json& object, const char* key) { return object.value(key, ""); };
  RunContext context;
  context.date = run.started();
  context.host_name = run.machine.host_name;
  context.executable = "ndbench_suite";
  context.library_version = text(provenance, "google_benchmark");
  context.build_type = text(provenance, "build_type");
  context.num_cpus = run.machine.hardware_threads;
  const std::string hash = text(run.header.at("suite"), "hash");
  context.custom = {{"suite", fmt::format("{} ({})", run.suite(), hash.substr(0, 8))},
                    {"run", run.id()},
                    {"command", run.command()},
                    {"commit", run.commit()}};
  return context;
}

std::vector<Row> rows_of(const MeasuredBenchmark& benchmark, const MeasuredRun& run,
                         std::size_t family) {
  const int repetitions = run.plan.is_sequential(*benchmark.cell)
                              ? static_cast<int>(benchmark.replicas.size())
                              : run.plan.replicas(*benchmark.cell);
  std::vector<Row> rows;
  for (const Record* record : benchmark.replicas) {
    rows.push_back(row_of(*record, family, repetitions));
  }
  return with_aggregates(rows);
}

std::string rows_in(Format format, const MeasuredRun& run) {
  std::string text;
  const auto output = make_output(format, {}, [&](std::string_view part) { text += part; });
  output->begin(context_of(run));
  std::size_t family = 0;
  for (const MeasuredBenchmark& benchmark : benchmarks_of(run)) {
    for (const Row& row : rows_of(benchmark, run, family)) output->row(row);
    ++family;
  }
  output->end();
  return text;
}

}  // namespace

std::string json_report(const Report& report) { return rows_in(Format::kJson, report.run); }

std::string csv_report(const Report& report) { return rows_in(Format::kCsv, report.run); }

}  // namespace ndbench
