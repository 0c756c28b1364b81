#include "core/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>

#include "core/build_info.h"
#include "core/printable.h"
#include "core/share_flag.h"
#include "core/spelling.h"

namespace ndbench {
namespace {

constexpr char kDescription[] =
    "What determinism costs, and what non-determinism does to the result.\n"
    "Trains the networks of a suite in fixed and noisy modes, each replica in a\n"
    "process of its own, and prints throughput overhead beside the spread of the\n"
    "result.";

constexpr char kFooter[] =
    "Every --benchmark_* flag can be given as a variable, too: BENCHMARK_FILTER, …\n"
    "Plugins are also looked for in NDBENCH_PLUGIN_PATH and the build or install\n"
    "tree, data sets in NDBENCH_DATA_PATH and /usr/share/datasets.\n"
    "One run measures at a time: NDBENCH_HOST_LOCK is --host_lock for all runs; runs\n"
    "pinned to disjoint cores may each set another NDBENCH_HOST_LOCK_NAME.\n"
    "Exit status: 0 all measured and written, 2 usage, 3 bad suite, 4 nothing\n"
    "selected, 11 determinism breach, 12 a benchmark failed, 13 results not\n"
    "written, 14 host unfit, 15 plugin rejected, 130 interrupted, 143 terminated;\n"
    "the largest that applies.\n"
    "stdout carries the results in the chosen format, stderr everything else.\n";

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

/// The CLI11 application, bound to a CommandLine, and the texts that are read after it.
class Parser {
 public:
  explicit Parser(CommandLine& line);

  /// @throws UsageError
  void parse(const std::vector<std::string>& arguments);

 private:
  /// Google Benchmark's options: the last one counts, also over a variable.
  void benchmark_option(CLI::Option* option) {
    option->take_last()->group("Google Benchmark");
    benchmark_options_.push_back(option->get_name(false, true));
  }

  [[nodiscard]] std::vector<std::string> with_variables(
      const std::vector<std::string>& arguments) const;
  void refuse_unknown() const;
  void read_texts();

  CommandLine& line_;
  CLI::App app_{kDescription, "ndbench_suite"};
  std::vector<std::string> benchmark_options_;
  std::string min_time_;
  std::string context_;
  std::string perf_counters_;
  std::optional<std::string> precision_;
  std::string format_;
  std::string out_format_;
  std::string time_unit_;
  std::string colour_;
  std::string host_lock_;
  std::string resume_;
};

/// The value that `text` stands for; `fallback` for no text.
template <typename Value>
Value choice(const char* flag, const std::string& text, const std::map<std::string, Value>& values,
             Value fallback) {
  if (text.empty()) return fallback;
  const auto found = values.find(text);
  if (found != values.end()) return found->second;
  std::vector<std::string> names;
  for (const auto& [name, value] : values) names.push_back(name);
  throw UsageError(fmt::format("{}: '{}' is none of {}", flag, printable(text), quoted(names)));
}

Parser::Parser(CommandLine& line) : line_(line) {
  app_.footer(kFooter);
  app_.get_formatter()->column_width(38);
  app_.set_version_flag(
      "--version", fmt::format("ndbench {} ({}, {}, {})", kVersion, kCommit, kBuildType, kCompiler),
      "Print version, commit, build, and exit");
  app_.add_option("--suite", line.suite, "Suite file, or name of a shipped one")
      ->capture_default_str();
  app_.add_option("--results", line.results, "Folder of the runs' folders")->capture_default_str();
  app_.add_option("--resume", resume_, "Go on with an interrupted run; the newest if none is named")
      ->expected(0, 1)
      ->type_name("[RUN]");
  app_.add_option("--plugin_path", line.plugin_path, "Folders of plugins, colon-separated");
  app_.add_option("--data", line.data_path, "Folders of data sets, colon-separated");
  app_.add_option("--timeout", line.timeout_seconds, "Seconds for a phase: load, train, …")
      ->type_name("SECONDS")
      ->capture_default_str();
  app_.add_option("--precision", precision_, "2%: replicas of steps until costs are known to ±2 %")
      ->type_name("SHARE");
  app_.add_option("--time_cap", line.limits.time_cap,
                  "Of that, for each model and backend (default 600)")
      ->type_name("SECONDS");
  app_.add_option("--jobs", line.jobs, "Epoch replicas side by side, each on own cores")
      ->check(CLI::Range(1, 100'000).description(""))
      ->type_name("N")
      ->capture_default_str();
  app_.add_option("--host_lock", host_lock_, "Another run measures here: refuse, wait or share")
      ->envname("NDBENCH_HOST_LOCK");

  benchmark_option(
      app_.add_option("--benchmark_filter", line.filter, "Regular expression; -REGEX: all others"));
  benchmark_option(
      app_.add_flag("--benchmark_list_tests", line.list_tests, "Print the names, run nothing"));
  benchmark_option(
      app_.add_option("--benchmark_min_time", min_time_, "5x: steps or epochs; 0.5s: seconds"));
  benchmark_option(app_.add_option("--benchmark_min_warmup_time",
                                   line.limits.minimum_warmup_seconds, "Of a step, in seconds")
                       ->type_name("SECONDS"));
  benchmark_option(app_.add_option_function<int>(
                           "--benchmark_repetitions",
                           [&line](int count) { line.limits.replicas = count; }, "Replicas of each")
                       ->check(CLI::Range(1, 100'000).description(""))
                       ->type_name("N"));
  benchmark_option(app_.add_flag("--benchmark_dry_run", line.limits.dry_run,
                                 "One iteration of each, no records"));
  benchmark_option(app_.add_option("--benchmark_format", format_, "console, json or csv"));
  benchmark_option(app_.add_option("--benchmark_out", line.out, "File for the results, too"));
  benchmark_option(
      app_.add_option("--benchmark_out_format", out_format_, "console, json (default) or csv"));
  benchmark_option(app_.add_option("--benchmark_time_unit", time_unit_, "ns, us, ms or s"));
  benchmark_option(app_.add_option("--benchmark_color", colour_, "auto, true or false"));
  benchmark_option(app_.add_flag("--benchmark_report_aggregates_only", line.report_aggregates_only,
                                 "No single repetitions"));
  benchmark_option(app_.add_flag("--benchmark_display_aggregates_only",
                                 line.display_aggregates_only, "The same, on stdout alone"));
  benchmark_option(app_.add_flag("--benchmark_counters_tabular", line.style.counters_tabular,
                                 "New header where the metric changes"));
  benchmark_option(app_.add_flag("--benchmark_enable_random_interleaving", line.random_interleaving,
                                 "Repetitions in random order"));
  benchmark_option(app_.add_option("--benchmark_context", context_, "key=value,… for the header"));
  benchmark_option(app_.add_option("--benchmark_perf_counters", perf_counters_,
                                   "Refused: the work is elsewhere"));
  app_.add_option("--v", line.verbosity, "Google Benchmark's own log")
      ->take_last()
      ->group("Google Benchmark");
}

/// Whether `argument` is `--option` or `--option=…`.
bool sets(const std::string& argument, const std::string& option) {
  return argument.substr(0, argument.find('=')) == option;
}

/// The arguments, and before them a flag for each BENCHMARK_* variable that none of them sets. An
/// empty value, as in --benchmark_filter="$FILTER", is as good as no flag where text is asked for;
/// CLI11 would take the next flag for it.
std::vector<std::string> Parser::with_variables(const std::vector<std::string>& arguments) const {
  std::vector<std::string> result;
  for (const std::string& option : benchmark_options_) {
    std::string variable = option.substr(2);
    for (char& letter : variable) letter = static_cast<char>(std::toupper(letter));
    const char* value = std::getenv(variable.c_str());
    const bool overridden = std::any_of(arguments.begin(), arguments.end(),
                                        [&](const auto& text) { return sets(text, option); });
    if (value != nullptr && *value != '\0' && !overridden) result.push_back(option + "=" + value);
  }
  const std::vector<std::string> may_be_empty{"--benchmark_filter",
                                              "--benchmark_out",
                                              "--benchmark_context",
                                              "--benchmark_min_time",
                                              "--benchmark_perf_counters",
                                              "--plugin_path",
                                              "--data"};
  for (const std::string& argument : arguments) {
    const std::string option = argument.substr(0, argument.find('='));
    if (!argument.starts_with("--") || argument.size() != option.size() + 1) {
      result.push_back(argument);
    } else if (std::find(may_be_empty.begin(), may_be_empty.end(), option) == may_be_empty.end()) {
      throw UsageError(fmt::format("{}: the value is empty", printable(option)));
    }
  }
  return result;
}

void Parser::refuse_unknown() const {
  const auto unknown = app_.remaining();
  if (unknown.empty()) return;
  std::vector<std::string> known;
  for (const CLI::Option* option : app_.get_options()) {
    known.push_back(option->get_name(false, true));
  }
  const std::string name = unknown.front().substr(0, unknown.front().find('='));
  throw UsageError(fmt::format("'{}' is not known{}; see --help", printable(unknown.front()),
                               did_you_mean(name, known)));
}

/// Written so that NaN fails too.
void check_seconds(const char* flag, double seconds, double least, double most) {
  if (seconds >= least && seconds <= most) return;
  throw UsageError(fmt::format("{}: {} is not from {} to {} seconds", flag, seconds, least, most));
}

void Parser::read_texts() {
  const std::map<std::string, Format> formats{
      {"console", Format::kConsole}, {"json", Format::kJson}, {"csv", Format::kCsv}};
  line_.format = choice("--benchmark_format", format_, formats, line_.format);
  line_.out_format = choice("--benchmark_out_format", out_format_, formats, line_.out_format);
  line_.style.time_unit = choice("--benchmark_time_unit", time_unit_,
                                 {{"ns", TimeUnit::kNanosecond},
                                  {"us", TimeUnit::kMicrosecond},
                                  {"ms", TimeUnit::kMillisecond},
                                  {"s", TimeUnit::kSecond}},
                                 line_.style.time_unit);
  line_.colour = choice("--benchmark_color", colour_,
                        {{"auto", Colour::kAuto},
                         {"true", Colour::kAlways},
                         {"yes", Colour::kAlways},
                         {"on", Colour::kAlways},
                         {"1", Colour::kAlways},
                         {"false", Colour::kNever},
                         {"no", Colour::kNever},
                         {"off", Colour::kNever},
                         {"0", Colour::kNever}},
                        line_.colour);
  line_.host_sharing = choice("--host_lock", host_lock_,
                              {{"refuse", HostSharing::kRefuse},
                               {"wait", HostSharing::kWait},
                               {"share", HostSharing::kShare}},
                              line_.host_sharing);
  check_seconds("--timeout", line_.timeout_seconds, 0.001, 1e7);
  check_seconds("--benchmark_min_warmup_time", line_.limits.minimum_warmup_seconds, 0.0, 1e6);
  if (line_.limits.time_cap) {
    check_seconds("--time_cap", *line_.limits.time_cap, kShortestTimeCap, kLongestTimeCap);
  }
  if (app_.count("--resume") > 0) line_.resume = resume_;
  if (precision_) {
    line_.limits.precision =
        read_share("--precision", *precision_, kFinestPrecision, kCoarsestPrecision);
  }
  if (!min_time_.empty()) read_min_time(min_time_, line_.limits);
  line_.context = read_context(context_);
  if (!perf_counters_.empty()) {
    throw UsageError(
        "--benchmark_perf_counters: the counters would count this supervisor, while the work is "
        "done in worker processes; leave it out");
  }
}

void Parser::parse(const std::vector<std::string>& arguments) {
  std::vector<std::string> all = with_variables(arguments);
  std::reverse(all.begin(), all.end());  // CLI11 takes them from the back
  try {
    app_.allow_extras();
    app_.parse(std::move(all));
    refuse_unknown();
    read_texts();
  } catch (const CLI::CallForHelp&) {
    line_.answer = app_.help();
  } catch (const CLI::CallForVersion&) {
    line_.answer = app_.version() + "\n";
  } catch (const CLI::ParseError& error) {
    throw UsageError(printable(error.what(), 400));
  }
}

}  // namespace

CommandLine parse_command_line(const std::vector<std::string>& arguments) {
  CommandLine line;
  Parser(line).parse(arguments);
  return line;
}

}  // namespace ndbench
