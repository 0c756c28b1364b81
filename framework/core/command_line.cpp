#include "core/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>

#include "core/build_info.h"
#include "core/spelling.h"

namespace ndbench {
namespace {

constexpr char kDescription[] =
    "ndbench_suite: what determinism costs, and what non-determinism does to the result.\n"
    "Trains the networks of a suite in fixed and noisy modes, each replica in a process of its\n"
    "own, and prints throughput overhead beside the spread of the result.";

constexpr char kFooter[] =
    "Every --benchmark_* flag can be given as a variable: BENCHMARK_FILTER, BENCHMARK_FORMAT, …\n"
    "Exit status: 0 all measured and written, 2 usage, 3 bad suite, 4 nothing selected,\n"
    "  11 determinism breach, 12 a benchmark failed, 13 results not written, 15 plugin rejected,\n"
    "  130 interrupted, 143 terminated; the largest that applies.\n"
    "stdout carries the results in the chosen format, stderr everything else.";

/// A number followed by nothing but `suffix`.
template <typename Number>
std::optional<Number> number_with_suffix(std::string_view text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return std::nullopt;
  text.remove_suffix(suffix.size());
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "5x": exactly 5 iterations. "0.5" or "0.5s": as many as fill half a second.
void read_min_time(const std::string& text, Limits& limits) {
  constexpr int kMostIterations = 1'000'000;
  constexpr double kMostSeconds = 1e6;
  if (const auto count = number_with_suffix<int>(text, "x");
      count && *count >= 1 && *count <= kMostIterations) {
    limits.iterations = *count;
    return;
  }
  auto seconds = number_with_suffix<double>(text, "s");
  if (!seconds) seconds = number_with_suffix<double>(text, "");
  if (!seconds || !(*seconds > 0.0 && *seconds <= kMostSeconds)) {
    throw UsageError(
        fmt::format("--benchmark_min_time: '{}' is neither a number of iterations "
                    "(5x) nor of seconds (0.5 or 0.5s)",
                    text));
  }
  limits.minimum_seconds = *seconds;
}

std::map<std::string, std::string> read_context(const std::string& text) {
  std::map<std::string, std::string> context;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view pair = rest.substr(0, rest.find(','));
    const std::size_t equals = pair.find('=');
    if (equals == 0 || equals == std::string_view::npos) {
      throw UsageError(fmt::format("--benchmark_context: '{}' is not of the form key=value", pair));
    }
    context.emplace(pair.substr(0, equals), pair.substr(equals + 1));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
  }
  return context;
}

/// The CLI11 application, bound to a CommandLine; the texts it cannot convert by itself beside it.
struct Parser {
  explicit Parser(CommandLine& line);

  void benchmark_option(CLI::Option* option) {
    std::string variable = option->get_name(false, true).substr(2);
    for (char& letter : variable) letter = static_cast<char>(std::toupper(letter));
    option->envname(variable)->group("Google Benchmark");
  }

  CLI::App app{kDescription};
  std::string min_time;
  std::string context;
  std::string perf_counters;
};

std::map<std::string, Format> formats() {
  return {{"console", Format::kConsole}, {"json", Format::kJson}, {"csv", Format::kCsv}};
}

Parser::Parser(CommandLine& line) {
  app.footer(kFooter);
  app.set_version_flag("--version", fmt::format("ndbench {} ({}, {}, {})", kVersion, kCommit,
                                                kBuildType, kCompiler));
  app.add_option("--suite", line.suite, "Suite file, or the name of one that comes with ndbench")
      ->capture_default_str();
  app.add_option("--results", line.results, "Folder for journals and summaries, one folder a run")
      ->capture_default_str();
  app.add_option("--plugin_path", line.plugin_path,
                 "Folders of plugins, colon-separated; before NDBENCH_PLUGIN_PATH and the build's");
  app.add_option(
      "--data", line.data_path,
      "Folders of data sets, colon-separated; before NDBENCH_DATA_PATH and the system's");
  app.add_option("--timeout", line.timeout_seconds,
                 "Seconds a worker may take for one request: a load, a block of steps, an epoch")
      ->check(CLI::Range(0.001, 1e7))
      ->capture_default_str();

  benchmark_option(
      app.add_option("--benchmark_filter", line.filter,
                     "Regular expression to find in the name; -REGEX selects the rest"));
  benchmark_option(app.add_flag("--benchmark_list_tests", line.list_tests,
                                "Print the names of what would run, and run nothing"));
  benchmark_option(app.add_option("--benchmark_min_time", min_time,
                                  "Per replica: 5x for 5 steps or epochs, 0.5s for half a second"));
  benchmark_option(app.add_option("--benchmark_min_warmup_time", line.limits.minimum_warmup_seconds,
                                  "Seconds of untimed steps before the timed ones, per replica")
                       ->check(CLI::Range(0.0, 1e6)));
  benchmark_option(app.add_option_function<int>(
                          "--benchmark_repetitions",
                          [&line](int count) { line.limits.replicas = count; },
                          "Replicas of every benchmark, in place of the suite's")
                       ->check(CLI::Range(1, 100'000)));
  benchmark_option(app.add_flag("--benchmark_dry_run", line.limits.dry_run,
                                "One iteration of everything, nothing written to --results"));
  benchmark_option(app.add_option("--benchmark_format", line.format, "console, json or csv")
                       ->transform(CLI::CheckedTransformer(formats())));
  benchmark_option(
      app.add_option("--benchmark_out", line.out, "File to write the results to, too"));
  benchmark_option(app.add_option("--benchmark_out_format", line.out_format,
                                  "console, json or csv; json if not given")
                       ->transform(CLI::CheckedTransformer(formats())));
  benchmark_option(app.add_option("--benchmark_time_unit", line.style.time_unit, "ns, us, ms or s")
                       ->transform(CLI::CheckedTransformer(
                           std::map<std::string, TimeUnit>{{"ns", TimeUnit::kNanosecond},
                                                           {"us", TimeUnit::kMicrosecond},
                                                           {"ms", TimeUnit::kMillisecond},
                                                           {"s", TimeUnit::kSecond}})));
  benchmark_option(app.add_option("--benchmark_color", line.colour, "auto, true or false")
                       ->transform(CLI::CheckedTransformer(
                           std::map<std::string, Colour>{{"auto", Colour::kAuto},
                                                         {"true", Colour::kAlways},
                                                         {"yes", Colour::kAlways},
                                                         {"1", Colour::kAlways},
                                                         {"false", Colour::kNever},
                                                         {"no", Colour::kNever},
                                                         {"0", Colour::kNever}})));
  benchmark_option(app.add_flag("--benchmark_report_aggregates_only", line.report_aggregates_only,
                                "Only mean, median, stddev and cv of repeated benchmarks"));
  benchmark_option(app.add_flag("--benchmark_display_aggregates_only", line.display_aggregates_only,
                                "The same on stdout alone"));
  benchmark_option(app.add_flag("--benchmark_counters_tabular", line.style.counters_tabular,
                                "A new table header wherever the quality metric changes"));
  benchmark_option(app.add_flag("--benchmark_enable_random_interleaving", line.random_interleaving,
                                "Ask for the repetitions of all benchmarks in random order"));
  benchmark_option(app.add_option("--benchmark_context", context,
                                  "key=value,… to put into the header of the results"));
  benchmark_option(app.add_option("--benchmark_perf_counters", perf_counters,
                                  "Refused: they would count the supervisor, not the worker"));
  app.add_option("--v", line.verbosity, "Verbosity of Google Benchmark's own log")
      ->envname("BENCHMARK_V")
      ->group("Google Benchmark");
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    names.push_back(option->get_name(false, true));
  }
  return names;
}

}  // namespace

CommandLine parse_command_line(const std::vector<std::string>& arguments) {
  CommandLine line;
  Parser parser(line);
  try {
    parser.app.allow_extras();
    // CLI11 takes them from the back.
    parser.app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    if (const auto extras = parser.app.remaining(); !extras.empty()) {
      const std::string name = extras.front().substr(0, extras.front().find('='));
      throw UsageError(fmt::format("'{}' is not known{}; see --help", extras.front(),
                                   did_you_mean(name, option_names(parser.app))));
    }
  } catch (const CLI::CallForHelp&) {
    line.answer = parser.app.help();
  } catch (const CLI::CallForVersion&) {
    line.answer = parser.app.version() + "\n";
  } catch (const CLI::ParseError& error) {
    throw UsageError(error.what());
  }
  if (line.answer) return line;
  if (!parser.perf_counters.empty()) {
    throw UsageError(
        "--benchmark_perf_counters: the counters would count this supervisor, while "
        "the work is done in worker processes; leave it out");
  }
  if (!parser.min_time.empty()) read_min_time(parser.min_time, line.limits);
  line.context = read_context(parser.context);
  return line;
}

}  // namespace ndbench
