#include "core/subcommand_flags.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>

#include "core/printable.h"
#include "core/share_flag.h"

namespace ndbench {
namespace {

constexpr char kIngestFooter[] =
    "Without FRAGMENT: indexes what --results holds. The database is ndbench.db\n"
    "there; it is built again where it is missing or damaged.\n";

constexpr char kQueryFooter[] =
    "Without SQL: lists the views. framework/docs/store.md has their columns.\n"
    "  ndbench query spread\n"
    "  ndbench query --format=json \"SELECT name, avg(ratio) FROM cost GROUP BY name\"\n";

constexpr char kGateFooter[] =
    "Compares times, results and bits with the runs before on the same target and\n"
    "prints what has changed as Markdown, worst first. framework/docs/gate.md says\n"
    "how, and how often it errs. Exit status: 0 nothing is worse, 10 something is,\n"
    "11 replicas end in other bits than before.\n";

constexpr char kAbFooter[] =
    "Runs the benchmarks with the one and the other build by turns, each in processes\n"
    "of their own, and tells how much longer NOW takes. Exit status: 0 none is slower\n"
    "by --threshold or more, 10 one is, 11 one in mode fixed ends in other bits.\n";

constexpr int kMostRounds = 1000;

constexpr char kReportFooter[] =
    "RUN is the folder of a run, or the first digits of its id; the newest without.\n"
    "History comes from ndbench.db beside the run's folder, which ndbench ingest\n"
    "brings up to date.\n";

constexpr char kCompareFooter[] =
    "A and B: a run's folder, the first digits of its id, those of a commit or\n"
    "target:DIGITS for the newest run of it, or a file of Google Benchmark's JSON.\n"
    "framework/docs/compare.md says what each verdict means and how often it errs.\n"
    "  ndbench compare 3f2a 91c0\n"
    "  ndbench compare eaff6ee 6825bee --format=md\n"
    "Exit status: 0 whatever is found, 2 usage, 13 results cannot be read.\n";

/// What is parsed into lives as long as the function that reads it.
template <typename Options>
struct Parsed {
  Options options{};
  std::string format = "text";
  std::vector<std::string> words{};
};

template <typename Options>
std::shared_ptr<Parsed<Options>> parsed() {
  return std::make_shared<Parsed<Options>>();
}

CLI::App& add(CLI::App& program, const char* name, const char* summary) {
  CLI::App& app = *program.add_subcommand(name, summary);
  app.allow_extras();  // found out by whoever parses, who knows what is near
  app.get_formatter()->column_width(34);
  return app;
}

void add_results(CLI::App& app, std::filesystem::path& results, const char* what) {
  app.add_option("--results", results, what)->capture_default_str();
}

void check_results(const std::filesystem::path& results) {
  if (results.empty()) throw UsageError("--results: '' is no folder");
}

void check_out(const std::optional<std::filesystem::path>& out) {
  if (out && out->empty()) throw UsageError("--out: '' is no file");
}

/// Whether `format` is the second of the two that there are.
bool is_second(const std::string& format, const char* first, const char* second) {
  if (format != first && format != second) {
    throw UsageError(
        fmt::format("--format: '{}' is neither '{}' nor '{}'", printable(format), first, second));
  }
  return format == second;
}

SubcommandFlags add_doctor(CLI::App& program) {
  CLI::App& app = add(program, "doctor",
                      "Say whether this host is fit to measure on and why not; change nothing");
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
  CLI::App& app = add(program, "list", "List models, backends and suites, a line each");
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
      add(program, "ingest", "Index results in ndbench.db, those of other machines too");
  auto flags = parsed<IngestOptions>();
  app.footer(kIngestFooter);
  add_results(app, flags->options.results, "Folder of results");
  app.add_option("FRAGMENT", flags->words,
                 "Runs' folders, or folders of them, to copy into --results");
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
  CLI::App& app = add(program, "query", "Ask ndbench.db: a view, or SQL that reads");
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

SubcommandFlags add_gate(CLI::App& program) {
  CLI::App& app =
      add(program, "gate", "Judge a run by those before it: slower, worse, other bits?");
  auto flags = parsed<GateOptions>();
  app.footer(kGateFooter);
  add_results(app, flags->options.results, "Folder of results");
  app.add_option("--run", flags->options.run,
                 "Id of the run to judge, or its first digits; the newest if none is named");
  app.add_option("--hashes", flags->options.hashes,
                 "Folder of committed state hashes to hold fixed benchmarks against");
  app.add_flag("--write_hashes", flags->options.writes_hashes,
               "Write the run's state hashes into that folder, and judge nothing");
  app.add_flag("--again", flags->options.measures_again, "Measure again what got slower");
  app.add_option("--before", flags->options.before,
                 "Build to measure by turns with then: one that was good");
  return {&app, [flags]() -> Subcommand {
            const GateOptions& options = flags->options;
            check_results(options.results);
            if (options.writes_hashes && !options.hashes) {
              throw UsageError("--write_hashes: --hashes says into which folder, and is missing");
            }
            if (options.before && !options.measures_again) {
              throw UsageError("--before is of use with --again only");
            }
            return options;
          }};
}

SubcommandFlags add_ab(CLI::App& program) {
  CLI::App& app = add(program, "ab", "Measure two builds by turns: is the newer one slower?");
  auto flags = parsed<AbOptions>();
  AbOptions& options = flags->options;
  app.footer(kAbFooter);
  app.add_option("BEFORE", options.before, "Folder of the one, or its bin")->required();
  app.add_option("NOW", options.now, "Folder of the other")->required();
  app.add_option("--suite", options.suite, "Suite, as of ndbench_suite")->capture_default_str();
  app.add_option("--benchmark_filter", options.filter, "Its benchmarks that are measured");
  app.add_option("--plugin_path", options.plugin_path, "Folders of plugins, colon-separated");
  app.add_option("--data_path", options.data_path, "Folders of data sets");
  app.add_option("--rounds", options.rounds, "Runs of each build")->capture_default_str();
  app.add_option("--threshold", options.threshold, "Relative change of time that counts")
      ->capture_default_str();
  app.add_option("--results", options.results, "Folder to keep the runs in");
  return {&app, [flags]() -> Subcommand {
            const AbOptions& given = flags->options;
            if (given.rounds < 1 || given.rounds > kMostRounds) {
              throw UsageError(
                  fmt::format("--rounds: {} is not from 1 to {}", given.rounds, kMostRounds));
            }
            // Written so that NaN fails too.
            if (!(given.threshold >= 0.0 && given.threshold <= 1.0)) {
              throw UsageError(fmt::format("--threshold: {} is not from 0 to 1", given.threshold));
            }
            if (given.results) check_results(*given.results);
            return given;
          }};
}

SubcommandFlags add_report(CLI::App& program) {
  CLI::App& app =
      add(program, "report", "Write what a run has found, as a page or for other programs");
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

SubcommandFlags add_compare(CLI::App& program) {
  CLI::App& app =
      add(program, "compare", "Say how one run differs from another: slower, worse, other bits?");
  auto flags = parsed<CompareOptions>();
  CompareOptions& options = flags->options;
  flags->words = {"", "", "2%"};
  app.footer(kCompareFooter);
  add_results(app, options.results, "Folder of results");
  app.add_option("--format", options.format, "text, md or json")->capture_default_str();
  app.add_option("--threshold", flags->words[2], "What may differ and be the same: 2% or 0.02")
      ->capture_default_str();
  app.add_flag("--unlike", options.rules.unlike, "Compare targets that differ, and say so");
  app.add_option("--out", options.out, "File to write to; stdout without");
  app.add_option("A", flags->words[0], "The run before");
  app.add_option("B", flags->words[1], "The run after");
  return {&app, [flags]() -> Subcommand {
            constexpr double kLeast = 0.0001;
            constexpr double kMost = 1.0;
            CompareOptions& asked = flags->options;
            check_results(asked.results);
            check_out(asked.out);
            if (flags->words[0].empty() || flags->words[1].empty()) {
              throw UsageError("compare takes two runs, A and B; see ndbench compare --help");
            }
            asked.runs = {flags->words[0], flags->words[1]};
            asked.rules.threshold = read_share("--threshold", flags->words[2], kLeast, kMost);
            return asked;
          }};
}

}  // namespace

std::vector<SubcommandFlags> add_subcommands(CLI::App& program) {
  return {add_doctor(program), add_list(program), add_ingest(program), add_query(program),
          add_gate(program),   add_ab(program),   add_report(program), add_compare(program)};
}

}  // namespace ndbench
