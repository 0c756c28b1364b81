#include "core/run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "core/bench.h"
#include "core/failure_log.h"
#include "core/interrupt.h"
#include "core/journal.h"
#include "core/listing.h"
#include "core/plugin_file.h"
#include "core/printable.h"
#include "core/progress.h"
#include "core/provenance.h"
#include "core/search_path.h"
#include "core/spelling.h"
#include "core/summary.h"
#include "core/worker_process.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

void write_stdout(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    throw ResultsError(fmt::format("cannot write to stdout: {}", std::strerror(errno)));
  }
}

/// The folder of the executable that this process runs.
fs::path executable_folder() { return fs::read_symlink("/proc/self/exe").parent_path(); }

/// A path as it is, or the name of a suite beside the executable's tree.
/// @throws ndbench::Error if a name is neither a file nor that of a suite.
fs::path find_suite(const std::string& given) {
  const bool is_name = given.find_first_of("/.") == std::string::npos;
  std::error_code error;
  if (!is_name || fs::exists(given, error)) return given;
  const fs::path folder = (executable_folder() / "../share/ndbench/suites").lexically_normal();
  const fs::path shipped = folder / (given + ".toml");
  if (fs::exists(shipped, error)) return shipped;
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  throw Error(
      fmt::format("--suite={}: there is no such file, and no suite of that name{}; in '{}' "
                  "are {}",
                  printable(given), did_you_mean(given, names), folder.string(),
                  names.empty() ? "none" : quoted(names)));
}

/// `text` as one word that a shell reads back.
std::string shell_word(const std::string& text) {
  constexpr char kPlain[] =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=./:,+@%";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string word = "'";
  for (const char character : text) {
    word += character == '\'' ? std::string("'\\''") : std::string(1, character);
  }
  return word + "'";
}

/// The variables that count as flags and what the user typed, as a shell reads them back.
std::string command_text(const std::vector<std::string>& arguments) {
  std::string text;
  for (const auto& [name, value] : flag_environment()) {
    text += name + "=" + shell_word(value) + " ";
  }
  text += "ndbench_suite";
  for (const std::string& argument : arguments) text += " " + shell_word(argument);
  return text;
}

bool use_colour(Colour colour) {
  if (colour != Colour::kAuto) return colour == Colour::kAlways;
  const char* terminal = std::getenv("TERM");
  return isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr && terminal != nullptr &&
         std::strcmp(terminal, "dumb") != 0;
}

std::string nothing_selected(const Plan& all, const std::string& filter) {
  std::vector<std::string> names;
  for (const Cell& cell : all.cells) names.push_back(cell.name());
  return fmt::format(
      "--benchmark_filter={} matches none of the {} benchmarks of this suite{}; "
      "--benchmark_list_tests lists them",
      filter, names.size(), did_you_mean(filter, names));
}

/// stdout and, if asked for, a file that is written in one piece at the end.
class Outputs {
 public:
  explicit Outputs(const CommandLine& line) : line_(line) {
    OutputStyle style = line.style;
    if (line.out) {
      file_ = make_output(line.out_format, style, [this](std::string_view text) { text_ += text; });
    }
    style.colour = use_colour(line.colour);
    display_ = make_output(line.format, style, write_stdout);
  }

  void begin(const RunContext& context) {
    display_->begin(context);
    if (file_) file_->begin(context);
  }

  void rows(const std::vector<Row>& rows) {
    const bool display_aggregates = line_.display_aggregates_only || line_.report_aggregates_only;
    for (const Row& row : rows) {
      const bool passed_repetition =
          row.aggregate.empty() && row.repetitions > 1 && row.outcome.status == Status::kPassed;
      if (!(display_aggregates && passed_repetition)) display_->row(row);
      if (file_ && !(line_.report_aggregates_only && passed_repetition)) file_->row(row);
    }
  }

  void end_display() { display_->end(); }

  void end_file() {
    if (!file_) return;
    file_->end();
    write_file(*line_.out, text_);
  }

 private:
  const CommandLine& line_;
  std::unique_ptr<Output> display_;
  std::unique_ptr<Output> file_;
  std::string text_;
};

/// On stderr, which may be closed or full: that is no reason to stop.
void say(const std::string& text) {
  std::fputs(fmt::format("ndbench_suite: {}\n", text).c_str(), stderr);
}

int replicas_in(const Plan& plan) {
  int total = 0;
  for (const Cell& cell : plan.cells) total += plan.replicas(cell);
  return total;
}

RunContext make_context(const CommandLine& line, const Plan& plan, const Suite& suite,
                        const std::string& executable) {
  RunContext context = read_run_context(executable);
  context.custom = line.context;
  context.custom.emplace("suite", fmt::format("{} ({})", suite.name, suite.hash.substr(0, 8)));
  for (const Cell& cell : plan.cells) {
    context.name_width = std::max(context.name_width, cell.name().size());
  }
  return context;
}

}  // namespace

ExitCode run(const CommandLine& line, const std::vector<std::string>& arguments) {
  const Suite suite = read_suite(find_suite(line.suite));
  const Plan all = make_plan(suite, line.limits);
  const Plan plan = select(all, line.filter);
  if (plan.cells.empty()) {
    say(nothing_selected(all, line.filter));
    return ExitCode::kNothingSelected;
  }
  if (line.list_tests) {
    write_stdout(listing(plan, line.format));
    return ExitCode::kOk;
  }

  if (line.out) check_writable(*line.out);

  const auto start = std::chrono::steady_clock::now();
  const auto elapsed = [start] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  const fs::path executable = executable_folder() / "ndbench_suite";
  InterruptSignals signals;
  const WorkerProcess::Options worker_options{
      .executable = executable_folder() / NDBENCH_RELATIVE_WORKER,
      .timeout = std::chrono::duration<double>(line.timeout_seconds)};
  const StartWorker start_worker = [&](const auto& environment) {
    return std::make_unique<WorkerProcess>(worker_options, environment, signals);
  };

  ExitCodes codes;
  // Runs a step of its own: what cannot be written does not keep the rest from being written.
  std::set<std::string> told;
  const auto attempt = [&](const auto& step) {
    try {
      step();
    } catch (const Interrupted& interrupt) {
      codes.add(interrupt.signal == SIGINT ? ExitCode::kInterrupted : ExitCode::kTerminated);
    } catch (const ResultsError& error) {
      if (told.insert(error.what()).second) say(error.what());
      codes.add(ExitCode::kResultsNotWritten);
    }
  };
  std::vector<Record> records;
  const Machine machine = read_machine();
  attempt([&] {
    const Roster roster =
        inspect_plugins(plan, plugin_path(line.plugin_path, executable), start_worker);
    std::optional<Journal> journal;
    if (!line.limits.dry_run) journal.emplace(line.results);

    Progress progress(stderr, isatty(STDERR_FILENO) != 0, replicas_in(plan), elapsed);
    FailureLog failures(stderr);
    const nlohmann::json origin = provenance(machine, suite, command_text(arguments));
    Scheduler scheduler(
        plan, roster,
        {.suite_seed = suite.seed,
         .default_threads = machine.cores,
         .data_path = data_path(line.data_path)},
        start_worker,
        [&](const Cell& cell, int replica) {
          progress.start(fmt::format("{} replica {}", cell.name(), replica));
        },
        [&](const Record& record) {
          if (journal) journal->append(to_json(record, origin));
          records.push_back(record);
          codes.add(record.outcome.exit_code);
          // A cell that is given up leaves its later replicas out.
          const bool given_up = record.outcome.status != Status::kPassed &&
                                record.outcome.exit_code != ExitCode::kDeterminismBreach;
          progress.done(given_up ? plan.replicas(record.cell) - record.replica : 1);
          if (record.outcome.status == Status::kFailed) progress.clear();
          failures.add(record);
        });

    Outputs outputs(line);
    outputs.begin(make_context(line, plan, suite, executable.string()));
    attempt([&] {
      run_benchmarks(scheduler, line.random_interleaving, line.verbosity,
                     [&](const std::vector<Row>& rows) {
                       progress.clear();
                       outputs.rows(rows);
                     });
    });
    progress.clear();
    const std::vector<GroupSummary> summary = summarize(records, machine);
    attempt([&] {
      outputs.end_display();
      if (line.format == Format::kConsole) write_stdout(console_summary(summary, machine));
    });
    attempt([&] { outputs.end_file(); });
    if (!journal) return;
    attempt([&] {
      write_file(journal->folder() / "summary.md",
                 markdown_summary(summary, machine, command_text(arguments)));
    });
    std::fputs(fmt::format("results: {}\n", journal->folder().string()).c_str(), stderr);
  });
  if (const std::string text = codes.text(); !text.empty()) say(text);
  return codes.worst();
}

}  // namespace ndbench
