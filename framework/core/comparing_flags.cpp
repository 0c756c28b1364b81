#include "core/comparing_flags.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "core/intervals.h"
#include "core/parsed_flags.h"
#include "core/share_flag.h"

namespace ndbench {
namespace {

constexpr char kGateFooter[] =
    "Compares times, results and bits with the runs before on the same target and\n"
    "prints what has changed as Markdown, worst first. framework/docs/gate.md says\n"
    "how, and how often it errs. Exit status: 0 nothing is worse, 10 something is,\n"
    "11 replicas end in other bits than before, 12 measuring again failed, 13 results\n"
    "cannot be read; the largest of them.\n";

constexpr char kAbFooter[] =
    "Runs the benchmarks with the one and the other build by turns, each in processes\n"
    "of their own, and tells how much longer NOW takes. Exit status: 0 none is slower\n"
    "by --threshold or more, 10 one is, 11 one in mode fixed ends in other bits, 12 a\n"
    "run failed.\n";

// Fewer pairs have no interval, and without one no build is slower.
constexpr int kFewestRounds = static_cast<int>(kFewestForMedian);
constexpr int kMostRounds = 1000;

constexpr char kCompareFooter[] =
    "A and B: a run's folder, the first digits of its id, those of a commit or\n"
    "target:DIGITS for the newest run of it, or a file of Google Benchmark's JSON.\n"
    "framework/docs/compare.md says what each verdict means and how often it errs.\n"
    "  ndbench compare 3f2a 91c0\n"
    "  ndbench compare eaff6ee 6825bee --format=md\n"
    "Exit status: 0 whatever is found, 2 usage, 13 results cannot be read.\n";

}  // namespace

SubcommandFlags add_gate(CLI::App& program) {
  CLI::App& app =
      new_subcommand(program, "gate", "Judge a run by those before it: slower, worse, other bits?");
  auto flags = parsed<GateOptions>();
  app.footer(kGateFooter);
  add_results(app, flags->options.results, "Folder of results");
  app.add_option("--run", flags->options.run, "First digits of its id; the newest without");
  app.add_option("--hashes", flags->options.hashes,
                 "Folder of the state hashes that are committed");
  app.add_flag("--write_hashes", flags->options.writes_hashes,
               "Write the run's hashes there; judge nothing");
  app.add_flag("--again", flags->options.measures_again, "Measure again what got slower");
  app.add_option("--before", flags->options.before, "A good build to measure by turns with then");
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
  CLI::App& app =
      new_subcommand(program, "ab", "Measure two builds by turns: is the newer one slower?");
  auto flags = parsed<AbOptions>();
  AbOptions& options = flags->options;
  flags->words = {"2%"};
  app.footer(kAbFooter);
  app.add_option("BEFORE", options.before, "Folder of the one, or its bin")->required();
  app.add_option("NOW", options.now, "Folder of the other")->required();
  app.add_option("--suite", options.suite, "Suite, as of ndbench_suite")->capture_default_str();
  app.add_option("--benchmark_filter", options.filter, "Its benchmarks that are measured");
  app.add_option("--plugin_path", options.plugin_path, "Folders of plugins, colon-separated");
  app.add_option("--data_path", options.data_path, "Folders of data sets");
  app.add_option("--rounds", options.rounds, "Runs of each build")->capture_default_str();
  app.add_option("--threshold", flags->words[0], "Change of time that counts: 2% or 0.02")
      ->capture_default_str();
  app.add_option("--results", options.results, "Folder to keep the runs in");
  return {&app, [flags]() -> Subcommand {
            AbOptions& given = flags->options;
            if (given.rounds < kFewestRounds || given.rounds > kMostRounds) {
              throw UsageError(
                  fmt::format("--rounds: {} is not from {} to {}; an interval takes {} pairs",
                              given.rounds, kFewestRounds, kMostRounds, kFewestRounds));
            }
            given.threshold = read_share("--threshold", flags->words[0], 0.0, 1.0);
            if (given.results) check_results(*given.results);
            return given;
          }};
}

SubcommandFlags add_compare(CLI::App& program) {
  CLI::App& app = new_subcommand(
      program, "compare", "Say how one run differs from another: slower, worse, other bits?");
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

}  // namespace ndbench
