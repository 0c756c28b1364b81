#include "core/report.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/durable_file.h"
#include "core/gate_history.h"
#include "core/json_text.h"
#include "core/printable.h"
#include "core/spelling.h"
#include "core/standard_output.h"
#include "core/store.h"
#include "core/store_file.h"
#include "core/usage_error.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

std::string markdown(const Report& report) {
  return markdown_summary(report.run.summary, report.run.machine, report.run.command());
}

std::string json(const Report& report) {
  return json_text(summary_json(report.run.summary, report.run.machine, report.run.command())) +
         "\n";
}

constexpr std::array kFormats{
    ReportFormat{"md", "tables in Markdown, as summary.md", markdown},
    ReportFormat{"json", "all that is derived from the run, as summary.json", json},
};

}  // namespace

std::span<const ReportFormat> report_formats() { return kFormats; }

Report load_report(const fs::path& folder) {
  Report report{.run = load_run(folder), .histories = {}};
  const fs::path results = fs::absolute(folder).parent_path();
  if (!fs::exists(results / kStoreFile)) {
    report.no_histories = "there is no database of results beside the run";
    return report;
  }
  const auto database = open_store_to_read(results);
  try {
    report.histories =
        histories_of(benchmark_histories(*database, find_run(*database, report.run.id())),
                     report.run.plan.epoch.target);
  } catch (const SQLite::Exception& error) {
    throw_store_error(results / kStoreFile, error);
  }
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
  const Report report = load_report(find_run_folder(options.results, options.run));
  const std::string text = format->write(report);
  if (options.out) {
    write_file(*options.out, text);
  } else {
    write_stdout(text);
  }
  return ExitCode::kOk;
}

}  // namespace ndbench
