#include "core/report.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/durable_file.h"
#include "core/gate_history.h"
#include "core/html_report.h"
#include "core/json_text.h"
#include "core/printable.h"
#include "core/report_writers.h"
#include "core/spelling.h"
#include "core/standard_output.h"
#include "core/store.h"
#include "core/store_file.h"
#include "core/summary_picture.h"
#include "core/usage_error.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

std::string markdown(const Report& report) {
  return markdown_summary(report.run.summary, report.run.machine, report.run.command());
}

std::string summary(const Report& report) {
  return json_text(summary_json(report.run.summary, report.run.machine, report.run.command())) +
         "\n";
}

/// A folder that cannot be read is one of results that cannot be read, whatever it lacks.
MeasuredRun readable_run(const fs::path& folder) {
  try {
    return load_run(folder);
  } catch (const ResultsError&) {
    throw;
  } catch (const Error& error) {
    throw ResultsError(error.what());
  }
}

/// @throws UsageError if the database lacks the run
void read_histories(SQLite::Database& database, Report& report) {
  const JudgedRun run = find_run(database, report.run.id());
  if (run.run != report.run.id()) throw UsageError("another run's id begins with the run's");
  const std::vector<BenchmarkHistory> benchmarks = benchmark_histories(database, run);
  report.histories = histories_of(benchmarks, report.run.plan.epoch.target);
  add_findings(report.histories, report.findings);
  add_findings(spreads_of(benchmarks), report.findings);
  add_findings(states_of(benchmarks), report.findings);
  sort_by_weight(report.findings);
}

/// From the database in that folder of results.
void load_histories(const fs::path& results, Report& report) {
  std::error_code error;
  if (!fs::exists(results / kStoreFile, error)) {
    report.no_histories =
        "there is no database of results beside the run ('ndbench ingest' makes one)";
    return;
  }
  try {
    const auto database = open_store_to_read(results);
    try {
      read_histories(*database, report);
    } catch (const SQLite::Exception& problem) {
      throw_store_error(results / kStoreFile, problem);
    }
  } catch (const UsageError&) {
    report.no_histories = "the run is not in the database ('ndbench ingest' adds it)";
  } catch (const ResultsError& problem) {
    report.no_histories =
        fmt::format("the database of results beside the run cannot be read: {}", problem.what());
  }
}

constexpr std::array kFormats{
    ReportFormat{"html", "one page with all there is to see, which needs nothing else", html_report,
                 true},
    ReportFormat{"svg", "a picture for a README: cost beside spread", summary_picture},
    ReportFormat{"md", "tables in Markdown, as summary.md", markdown},
    ReportFormat{"summary", "all that is derived from the run, as summary.json", summary},
    ReportFormat{"json", "rows as Google Benchmark writes them, for its compare.py", json_report},
    ReportFormat{"csv", "the same rows as comma-separated values", csv_report},
    ReportFormat{"junit", "JUnit's XML, for Jenkins and GitLab", junit_report},
    ReportFormat{"bmf", "Bencher Metric Format, for bencher", bmf_report},
    ReportFormat{"gha", "for github-action-benchmark, customSmallerIsBetter", gha_report},
    ReportFormat{"lnt", "for LLVM's LNT, format version 2", lnt_report},
    ReportFormat{"otava", "the runs so far as columns, for Apache Otava", otava_report, true},
    ReportFormat{"prom", "Prometheus' text format, for node_exporter", prom_report},
};

}  // namespace

std::span<const ReportFormat> report_formats() { return kFormats; }

Report load_report(const fs::path& folder) {
  Report report{.run = readable_run(folder)};
  // However the folder is spelled: "run/", "./".
  load_histories(fs::canonical(folder).parent_path(), report);
  return report;
}

ExitCode write_report(const ReportOptions& options) {
  const auto formats = report_formats();
  const auto format = std::find_if(formats.begin(), formats.end(), [&](const ReportFormat& one) {
    return one.name == options.format;
  });
  if (format == formats.end()) {
    std::vector<std::string> names;
    for (const ReportFormat& one : formats) names.emplace_back(one.name);
    throw UsageError(fmt::format("--format: '{}' is none of {}{}", printable(options.format),
                                 fmt::join(names, ", "), did_you_mean(options.format, names)));
  }
  if (options.out) check_writable(*options.out);
  const fs::path folder = find_run_folder(options.results, options.run);
  const Report report =
      format->has_histories ? load_report(folder) : Report{.run = readable_run(folder)};
  const std::string text = format->write(report);
  write_output(options.out, text);
  return ExitCode::kOk;
}

}  // namespace ndbench
