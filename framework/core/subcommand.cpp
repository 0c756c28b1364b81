#include "core/subcommand.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "core/build_info.h"
#include "core/printable.h"
#include "core/spelling.h"

namespace ndbench {
namespace {

constexpr char kDescription[] =
    "What there is around a run of ndbench_suite: whether this host is fit to\n"
    "measure on, what can be measured, and what was measured.";

constexpr char kFooter[] =
    "'ndbench SUBCOMMAND --help' says more. Plugins are also looked for in\n"
    "NDBENCH_PLUGIN_PATH and the build or install tree, data sets in\n"
    "NDBENCH_DATA_PATH and /usr/share/datasets.\n"
    "Exit status: 0 done, 2 usage, 10 a regression, 11 other bits than before, 13\n"
    "results cannot be read or written, 14 host unfit, 130 interrupted, 143\n"
    "terminated.\n";

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

constexpr char kReportFooter[] =
    "RUN is the folder of a run, or the first digits of its id; the newest without.\n"
    "History comes from ndbench.db in --results, which ndbench ingest brings up to\n"
    "date.\n";

constexpr char kSubcommands[] = "doctor, list, ingest, query, gate or report";

class Parser {
 public:
  Parser() {
    app_.footer(kFooter);
    app_.set_version_flag(
        "--version",
        fmt::format("ndbench {} ({}, {}, {})", kVersion, kCommit, kBuildType, kCompiler),
        "Print version, commit, build, and exit");
    app_.allow_extras();
    for (CLI::App* subcommand : {doctor_, list_}) {
      subcommand->allow_extras();
      subcommand->get_formatter()->column_width(34);
      subcommand->add_option("--format", format_, "text or json")->capture_default_str();
      subcommand->add_option("--plugin_path", plugin_path_, "Folders of plugins, colon-separated");
    }
    doctor_->add_option("--seconds", doctor_options_.seconds, "How long to watch the host")
        ->capture_default_str();
    doctor_->add_option("--results", doctor_options_.results, "Folder to write results to")
        ->capture_default_str();
    doctor_->add_option("--data", doctor_options_.data_path, "Folders of data sets");
    for (CLI::App* subcommand : {ingest_, query_, gate_, report_}) {
      subcommand->allow_extras();
      subcommand->get_formatter()->column_width(34);
    }
    ingest_->footer(kIngestFooter);
    ingest_->add_option("--results", ingest_options_.results, "Folder of results")
        ->capture_default_str();
    ingest_->add_option("FRAGMENT", sources_,
                        "Runs' folders, or folders of them, to copy into --results");
    query_->footer(kQueryFooter);
    query_->add_option("--results", query_options_.results, "Folder of results")
        ->capture_default_str();
    query_->add_option("--format", query_format_, "csv or json")->capture_default_str();
    query_->add_option("SQL", query_options_.query, "A SELECT, or the name of a view");
    gate_->footer(kGateFooter);
    gate_->add_option("--results", gate_options_.results, "Folder of results")
        ->capture_default_str();
    gate_->add_option("--run", gate_options_.run,
                      "Id of the run to judge, or its first digits; the newest if none is named");
    gate_->add_option("--hashes", gate_options_.hashes,
                      "Folder of committed state hashes to hold fixed benchmarks against");
    gate_->add_flag("--write_hashes", gate_options_.writes_hashes,
                    "Write the run's state hashes into that folder, and judge nothing");
    gate_->add_flag("--again", gate_options_.measures_again, "Measure again what got slower");
    gate_->add_option("--before", gate_options_.before,
                      "Build to measure by turns then: the one that was good");
    report_->footer(format_list() + kReportFooter);
    report_->add_option("--results", report_options_.results, "Folder of results")
        ->capture_default_str();
    report_->add_option("--format", report_options_.format, "What to write, see below")
        ->capture_default_str();
    report_->add_option("--out", report_options_.out, "File to write to; stdout without");
    report_->add_option("RUN", report_options_.run, "The run to report");
  }

  /// @throws UsageError
  Subcommand parse(std::vector<std::string> arguments) {
    std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
    try {
      app_.parse(std::move(arguments));
    } catch (const CLI::CallForHelp&) {
      return Answer{help()};
    } catch (const CLI::CallForVersion&) {
      return Answer{app_.version() + "\n"};
    } catch (const CLI::ParseError& error) {
      throw UsageError(printable(error.what(), 400));
    }
    refuse_unknown(app_);
    const std::vector<CLI::App*> asked = app_.get_subcommands();
    if (asked.size() > 1) {
      throw UsageError(fmt::format("one subcommand at a time: {}", kSubcommands));
    }
    if (doctor_->parsed()) return doctor_options();
    if (list_->parsed()) return catalogue_options();
    if (ingest_->parsed()) return ingest_options();
    if (query_->parsed()) return query_options();
    if (gate_->parsed()) return gate_options();
    if (report_->parsed()) return report_options();
    throw UsageError(fmt::format("what to do is missing: {}; see --help", kSubcommands));
  }

 private:
  [[nodiscard]] std::string help() const {
    const std::vector<CLI::App*> asked = app_.get_subcommands();
    return asked.empty() ? app_.help() : asked.front()->help();
  }

  /// What neither the program nor its subcommand knows.
  void refuse_unknown(const CLI::App& app) const {
    std::vector<std::string> known;
    for (const CLI::App* subcommand : app.get_subcommands({})) {
      known.push_back(subcommand->get_name());
    }
    for (const CLI::Option* option : app.get_options()) {
      known.push_back(option->get_name(false, true));
    }
    auto unknown = app.remaining();
    std::erase(unknown, "--");  // ends the flags
    if (!unknown.empty()) {
      const std::string& word = unknown.front();
      const char* what =
          word.starts_with("-") || &app != &app_ ? "is not known" : "is not a subcommand";
      throw UsageError(fmt::format("'{}' {}{}; see --help", printable(word), what,
                                   did_you_mean(word.substr(0, word.find('=')), known)));
    }
    for (const CLI::App* subcommand : app.get_subcommands()) refuse_unknown(*subcommand);
  }

  [[nodiscard]] bool json() const {
    if (format_ != "text" && format_ != "json") {
      throw UsageError(
          fmt::format("--format: '{}' is neither 'text' nor 'json'", printable(format_)));
    }
    return format_ == "json";
  }

  [[nodiscard]] DoctorOptions doctor_options() {
    constexpr double kLeast = 0.1;
    constexpr double kMost = 3600.0;
    // Written so that NaN fails too.
    if (!(doctor_options_.seconds >= kLeast && doctor_options_.seconds <= kMost)) {
      throw UsageError(fmt::format("--seconds: {} is not from {} to {} seconds",
                                   doctor_options_.seconds, kLeast, kMost));
    }
    doctor_options_.json = json();
    doctor_options_.plugin_path = plugin_path_;
    return doctor_options_;
  }

  [[nodiscard]] IngestOptions ingest_options() {
    check_results(ingest_options_.results);
    for (const std::string& source : sources_) {
      if (source.empty()) throw UsageError("FRAGMENT: '' is no folder");
      ingest_options_.sources.emplace_back(source);
    }
    return ingest_options_;
  }

  [[nodiscard]] QueryOptions query_options() {
    check_results(query_options_.results);
    if (query_format_ != "csv" && query_format_ != "json") {
      throw UsageError(
          fmt::format("--format: '{}' is neither 'csv' nor 'json'", printable(query_format_)));
    }
    query_options_.json = query_format_ == "json";
    return query_options_;
  }

  [[nodiscard]] GateOptions gate_options() {
    check_results(gate_options_.results);
    if (gate_options_.writes_hashes && !gate_options_.hashes) {
      throw UsageError("--write_hashes: --hashes says into which folder, and is missing");
    }
    if (gate_options_.before && !gate_options_.measures_again) {
      throw UsageError("--before is of use with --again only");
    }
    return gate_options_;
  }

  [[nodiscard]] ReportOptions report_options() {
    check_results(report_options_.results);
    if (report_options_.out && report_options_.out->empty()) {
      throw UsageError("--out: '' is no file");
    }
    return report_options_;
  }

  static std::string format_list() {
    std::string text;
    for (const ReportFormat& format : report_formats()) {
      text += fmt::format("  --format={:<7} {}\n", format.name, format.summary);
    }
    return text;
  }

  static void check_results(const std::filesystem::path& results) {
    if (results.empty()) throw UsageError("--results: '' is no folder");
  }

  [[nodiscard]] CatalogueOptions catalogue_options() const { return {json(), plugin_path_}; }

  CLI::App app_{kDescription, "ndbench"};
  CLI::App* doctor_ = app_.add_subcommand(
      "doctor", "Say whether this host is fit to measure on and why not; change nothing");
  CLI::App* list_ = app_.add_subcommand("list", "List models, backends and suites, a line each");
  CLI::App* ingest_ =
      app_.add_subcommand("ingest", "Index results in ndbench.db, those of other machines too");
  CLI::App* query_ = app_.add_subcommand("query", "Ask ndbench.db: a view, or SQL that reads");
  CLI::App* gate_ =
      app_.add_subcommand("gate", "Judge a run by those before it: slower, worse, other bits?");
  CLI::App* report_ =
      app_.add_subcommand("report", "Write what a run has found, as a page or for other programs");
  std::string format_ = "text";
  std::string plugin_path_;
  DoctorOptions doctor_options_;
  std::vector<std::string> sources_;
  IngestOptions ingest_options_;
  std::string query_format_ = "csv";
  QueryOptions query_options_;
  GateOptions gate_options_;
  ReportOptions report_options_;
};

}  // namespace

Subcommand parse_subcommand(const std::vector<std::string>& arguments) {
  return Parser().parse(arguments);
}

}  // namespace ndbench
