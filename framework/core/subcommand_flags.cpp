#include "core/subcommand_flags.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "core/comparing_flags.h"
#include "core/parsed_flags.h"

namespace ndbench {
namespace {

constexpr char kIngestFooter[] =
    "Without FRAGMENT: indexes what --results holds. The database is ndbench.db\n"
    "there; it is built again where it is missing or damaged.\n";

constexpr char kQueryFooter[] =
    "Without SQL: lists the views. framework/docs/store.md has their columns.\n"
    "  ndbench query spread\n"
    "  ndbench query --format=json \"SELECT name, avg(ratio) FROM cost GROUP BY name\"\n";

constexpr char kReportFooter[] =
    "RUN is the folder of a run, or the first digits of its id; the newest without.\n"
    "History comes from ndbench.db beside the run's folder, which ndbench ingest\n"
    "brings up to date.\n";

SubcommandFlags add_doctor(CLI::App& program) {
  CLI::App& app = new_subcommand(
      program, "doctor", "Say if this host is fit to measure on and why not; change nothing");
  auto flags = parsed<DoctorOptions>();
  DoctorOptions& options = flags->options;
  app.add_option("--format", flags->format, "text or json")->capture_default_str();
  app.add_option("--plugin_path", options.plugin_path, "Folders of plugins, colon-separated");
  app.add_option("--seconds", options.seconds, "How long to watch the host")->capture_default_str();
  add_results(app, options.results, "Folder to write results to");
  app.add_option("--data", options.data_path, "Folders of data sets");
  return {&app, [flags]() -> Subcommand {
            constexpr double kLeast = 0.1;
            constexpr double kMost = 3600.0;
            // Written so that NaN fails too.
            const double seconds = flags->options.seconds;
            if (!(seconds >= kLeast && seconds <= kMost)) {
              throw UsageError(fmt::format("--seconds: {} is not from {} to {} seconds", seconds,
                                           kLeast, kMost));
            }
            flags->options.json = is_second(flags->format, "text", "json");
            return flags->options;
          }};
}

SubcommandFlags add_list(CLI::App& program) {
  CLI::App& app = new_subcommand(program, "list", "List models, backends and suites, a line each");
  auto flags = parsed<CatalogueOptions>();
  app.add_option("--format", flags->format, "text or json")->capture_default_str();
  app.add_option("--plugin_path", flags->options.plugin_path,
                 "Folders of plugins, colon-separated");
  return {&app, [flags]() -> Subcommand {
            flags->options.json = is_second(flags->format, "text", "json");
            return flags->options;
          }};
}

SubcommandFlags add_ingest(CLI::App& program) {
  CLI::App& app =
      new_subcommand(program, "ingest", "Index results in ndbench.db, those of other machines too");
  auto flags = parsed<IngestOptions>();
  app.footer(kIngestFooter);
  add_results(app, flags->options.results, "Folder of results");
  app.add_option("FRAGMENT", flags->words, "Runs' folders, or folders of them, to copy in");
  return {&app, [flags]() -> Subcommand {
            check_results(flags->options.results);
            for (const std::string& source : flags->words) {
              if (source.empty()) throw UsageError("FRAGMENT: '' is no folder");
              flags->options.sources.emplace_back(source);
            }
            return flags->options;
          }};
}

SubcommandFlags add_query(CLI::App& program) {
  CLI::App& app = new_subcommand(program, "query", "Ask ndbench.db: a view, or SQL that reads");
  auto flags = parsed<QueryOptions>();
  flags->format = "csv";
  app.footer(kQueryFooter);
  add_results(app, flags->options.results, "Folder of results");
  app.add_option("--format", flags->format, "csv or json")->capture_default_str();
  app.add_option("SQL", flags->options.query, "A SELECT, or the name of a view");
  return {&app, [flags]() -> Subcommand {
            check_results(flags->options.results);
            flags->options.json = is_second(flags->format, "csv", "json");
            return flags->options;
          }};
}

SubcommandFlags add_report(CLI::App& program) {
  CLI::App& app = new_subcommand(program, "report",
                                 "Write what a run has found, as a page or for other programs");
  auto flags = parsed<ReportOptions>();
  ReportOptions& options = flags->options;
  std::string formats;
  for (const ReportFormat& format : report_formats()) {
    formats += fmt::format("  --format={:<7} {}\n", format.name, format.summary);
  }
  app.footer(formats + kReportFooter);
  add_results(app, options.results, "Folder of results");
  app.add_option("--format", options.format, "What to write, see below")->capture_default_str();
  app.add_option("--out", options.out, "File to write to; stdout without");
  app.add_option("RUN", options.run, "The run to report");
  return {&app, [flags]() -> Subcommand {
            check_results(flags->options.results);
            check_out(flags->options.out);
            return flags->options;
          }};
}

}  // namespace

std::vector<SubcommandFlags> add_subcommands(CLI::App& program) {
  return {add_doctor(program), add_list(program), add_ingest(program), add_query(program),
          add_gate(program),   add_ab(program),   add_report(program), add_compare(program)};
}

}  // namespace ndbench
