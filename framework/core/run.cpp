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
#include "core/control_group.h"
#include "core/failure_log.h"
#include "core/host_files.h"
#include "core/host_lock.h"
#include "core/installation.h"
#include "core/interrupt.h"
#include "core/journal.h"
#include "core/knob_costs.h"
#include "core/listing.h"
#include "core/offspring.h"
#include "core/plugin_file.h"
#include "core/printable.h"
#include "core/progress.h"
#include "core/provenance.h"
#include "core/scratch_folder.h"
#include "core/search_path.h"
#include "core/spelling.h"
#include "core/standard_output.h"
#include "core/stored_logits.h"
#include "core/summary.h"
#include "core/watch.h"
#include "core/worker_process.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

/// A path as it is, or the name of a suite beside the executable's tree.
/// @throws ndbench::Error if a name is neither a file nor that of a suite.
fs::path find_suite(const std::string& given) {
  const bool is_name = given.find_first_of("/.") == std::string::npos;
  std::error_code error;
  if (!is_name || fs::exists(given, error)) return given;
  const fs::path folder = suites_folder();
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

/// The logits first: a line never names a file that is not there.
void append(Journal& journal, const Record& record, const nlohmann::json& origin) {
  nlohmann::json line = to_json(record, origin);
  nlohmann::json logits = store_logits(journal, record);
  if (!logits.is_null()) line["logits"] = std::move(logits);
  journal.append(line);
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
  check_precision(plan, line.limits);
  const std::vector<Processors> lane_places =
      line.jobs > 1 ? lane_processors(line.jobs, plan, usable_cores()) : std::vector<Processors>{};
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
  Offspring offspring(signals);
  const WorkerProcess::Options worker_options{
      .executable = worker_executable(),
      .timeout = std::chrono::duration<double>(line.timeout_seconds),
      .limits = suite.limits,
      .oom_kills = [files = HostFiles()] { return out_of_memory_kills(files); }};
  const StartWorker start_worker = [&](const auto& environment) {
    return std::make_unique<WorkerProcess>(worker_options, environment, signals, offspring);
  };
  std::vector<Lane> lanes;
  for (const Processors& processors : lane_places) {
    WorkerProcess::Options options = worker_options;
    options.processors = processors;
    const StartWorker start_there = [&signals, &offspring, options](const auto& environment) {
      return std::make_unique<WorkerProcess>(options, environment, signals, offspring);
    };
    lanes.push_back({start_there, processors});
  }

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
  const Machine machine = read_machine();
  attempt([&] {
    std::optional<HostLock> lock;
    if (!line.limits.dry_run) {
      lock.emplace(host_lock_name(), line.host_sharing, signals, [](const MeasuringRun& other) {
        say(fmt::format("another run measures on this host; waiting for the end of {}",
                        other.text()));
      });
    }
    const Roster roster =
        inspect_plugins(plan, plugin_path(line.plugin_path, executable), start_worker);
    std::optional<Journal> journal;
    if (!line.limits.dry_run) journal.emplace(line.results);
    const ScratchFolder scratch(journal ? journal->folder() : fs::path());

    std::vector<const Record*> records;  // the scheduler's own
    std::map<std::pair<std::string, std::string>, Parity> parities;
    Progress progress(stderr, isatty(STDERR_FILENO) != 0, replicas_in(plan), elapsed);
    for (const Cell& cell : plan.cells) {
      if (plan.is_sequential(cell)) progress.set_open();
    }
    std::set<std::pair<std::string, int>> begun;
    FailureLog failures(stderr);
    nlohmann::json origin = provenance(machine, suite, command_text(arguments));
    origin["host_lock"] = line.host_sharing == HostSharing::kShare ? "shared" : "held";
    Scheduler scheduler(
        plan, roster,
        {.suite_seed = suite.seed,
         .default_threads = machine.cores,
         .data_path = data_path(line.data_path),
         .reference =
             find_plugin(PluginKind::kBackend, "cpu", plugin_path(line.plugin_path, executable)),
         .on_parity =
             [&](const Parity& parity) {
               if (journal) journal->append(to_json(parity, origin));
               parities[{parity.model, parity.backend}] = parity;
               if (parity.status != Parity::Status::kUnchecked) return;
               progress.clear();
               say(fmt::format(
                   "{} on {}: {}; a difference between backends may not be the hardware's",
                   parity.model, parity.backend, printable(parity.reason, std::string::npos)));
             },
         .lanes = lanes,
         .wait_for_any = [&](const auto& workers) { wait_for_any(workers, signals); },
         .machine = machine,
         .scratch = scratch.path(),
         .retries = suite.limits.retries,
         .on_retry =
             [&](const Record& record) {
               progress.clear();
               failures.add_attempt(record);
             }},
        start_worker,
        [&](const Cell& cell, int replica) {
          const bool is_new = begun.emplace(cell.name(), replica).second;
          if (is_new && replica >= plan.replicas(cell)) progress.add(1);
          progress.start(fmt::format("{} replica {}", cell.name(), replica));
        },
        [&](const Record& record) {
          if (journal) append(*journal, record, origin);
          records.push_back(&record);
          codes.add(record.outcome.exit_code);
          int done = 1;
          if (record.ends_cell()) {  // the rest of its replicas are left out
            const auto before = std::count_if(
                records.begin(), records.end() - 1,
                [&](const Record* one) { return one->cell.name() == record.cell.name(); });
            done = std::max(1, plan.replicas(record.cell) - static_cast<int>(before));
          }
          progress.done(done);
          if (record.outcome.status == Status::kFailed || !record.left_processes.empty()) {
            progress.clear();
          }
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
    for (const std::string& unmet : scheduler.unmet()) say(unmet);
    // Replicas that ran side by side ended in any order.
    std::map<std::string, std::size_t> places;
    for (const Cell& cell : plan.cells) places.emplace(cell.name(), places.size());
    std::stable_sort(records.begin(), records.end(), [&](const Record* a, const Record* b) {
      return std::pair(places.at(a->cell.name()), a->replica) <
             std::pair(places.at(b->cell.name()), b->replica);
    });
    const double precision =
        plan.step.precision > 0.0 ? plan.step.precision : SummaryOptions{}.precision;
    const Summary summary =
        summarize(records, machine,
                  {.target = plan.epoch.target, .precision = precision, .parity = parities});
    if (summary.retried > 0) say(retried_text(summary.retried));
    attempt([&] {
      outputs.end_display();
      if (line.format == Format::kConsole) {
        write_stdout(console_summary(summary, machine));
      }
    });
    attempt([&] { outputs.end_file(); });
    if (!journal) return;
    attempt([&] {
      write_file(journal->folder() / "summary.md",
                 markdown_summary(summary, machine, command_text(arguments)));
      write_file(journal->folder() / "summary.json",
                 strict_line(summary_json(summary, machine, command_text(arguments))) + "\n");
    });
    std::fputs(fmt::format("results: {}\n", journal->folder().string()).c_str(), stderr);
  });
  if (const std::string text = codes.text(); !text.empty()) say(text);
  return codes.worst();
}

}  // namespace ndbench
