#include "core/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "core/bench.h"
#include "core/command_text.h"
#include "core/control_group.h"
#include "core/fragment_index.h"
#include "core/host_files.h"
#include "core/host_lock.h"
#include "core/html_report.h"
#include "core/installation.h"
#include "core/interrupt.h"
#include "core/interrupted_run.h"
#include "core/journal.h"
#include "core/json_text.h"
#include "core/listing.h"
#include "core/offspring.h"
#include "core/outputs.h"
#include "core/plugin_file.h"
#include "core/provenance.h"
#include "core/run_header.h"
#include "core/run_log.h"
#include "core/scratch_folder.h"
#include "core/search_path.h"
#include "core/side_files.h"
#include "core/spelling.h"
#include "core/standard_error.h"
#include "core/standard_output.h"
#include "core/summary.h"
#include "core/summary_picture.h"
#include "core/watch.h"
#include "core/worker_process.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

std::string nothing_selected(const Plan& all, const std::string& filter) {
  std::vector<std::string> names;
  for (const Cell& cell : all.cells) names.push_back(cell.name());
  return fmt::format(
      "--benchmark_filter={} matches none of the {} benchmarks of this suite{}; "
      "--benchmark_list_tests lists them",
      filter, names.size(), did_you_mean(filter, names));
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

/// "measured with other programs": why a run cannot go on, as an error.
void check_unchanged(const RecordedRun& run, const nlohmann::json& header) {
  const std::string difference = difference_of(run.header, header);
  if (difference.empty()) return;
  throw UsageError(fmt::format("--resume: '{}' cannot go on: {} since it began; start a new run",
                               run.folder.string(), difference));
}

/// The run's page and picture, with its history: it is indexed by now.
ExitCode write_reports(const fs::path& folder) {
  try {
    const Report report = load_report(folder);
    write_file(folder / "report.html", html_report(report));
    write_file(folder / "summary.svg", summary_picture(report));
  } catch (const Error& error) {
    say(fmt::format("no report: {}; `ndbench report` makes it again", error.what()));
    return ExitCode::kResultsNotWritten;
  }
  write_message("report", (folder / "report.html").string());
  return ExitCode::kOk;
}

StartWorker worker_starter(WorkerProcess::Options options, InterruptSignals& signals,
                           Offspring& offspring, Processors processors = {}) {
  options.processors = std::move(processors);
  return [options = std::move(options), &signals, &offspring](const auto& environment) {
    return std::make_unique<WorkerProcess>(options, environment, signals, offspring);
  };
}

ExitCode measure(const CommandLine& line, const std::vector<std::string>& arguments,
                 const std::optional<RecordedRun>& interrupted) {
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

  const double start = monotonic_seconds();
  const fs::path executable = executable_folder() / "ndbench_suite";
  InterruptSignals signals;
  Offspring offspring(signals);
  const WorkerProcess::Options worker_options{
      .executable = worker_executable(),
      .timeout = std::chrono::duration<double>(line.timeout_seconds),
      .limits = suite.limits,
      .oom_kills = [files = HostFiles()] { return out_of_memory_kills(files); }};
  const StartWorker start_worker = worker_starter(worker_options, signals, offspring);
  std::vector<Lane> lanes;
  for (const Processors& processors : lane_places) {
    lanes.push_back({worker_starter(worker_options, signals, offspring, processors), processors});
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
    const Roster roster = inspect_plugins(
        plan, plugin_path(line.plugin_path, executable), start_worker,
        {.retries = suite.limits.retries, .on_retry = [](const DescribedPlugin& plugin) {
           say(fmt::format("RETRYING to ask plugin '{}' what it is: {}", plugin.file.name,
                           plugin.outcome.reason));
         }});
    nlohmann::json origin = provenance(machine, suite, command_text(arguments));
    origin["host_lock"] = line.host_sharing == HostSharing::kShare ? "shared" : "held";
    const nlohmann::json header = run_header(suite, plan, roster, arguments, origin);
    std::optional<Journal> journal;
    if (interrupted) {
      check_unchanged(*interrupted, header);
      journal.emplace(interrupted->folder, interrupted->bytes);
      remove_other_side_files(interrupted->folder, interrupted->side_files());
      journal->append(resume_line(origin));
    } else if (!line.limits.dry_run) {
      journal.emplace(line.results);
      journal->put("suite.toml", suite.text);
      journal->append(header);
    }
    ScratchFolder scratch(journal ? journal->folder() : fs::path());

    RunLog log(plan, machine, journal ? &*journal : nullptr,
               [start] { return monotonic_seconds() - start; });
    const auto find_backend = [&](const char* name) {
      return find_plugin(PluginKind::kBackend, name, plugin_path(line.plugin_path, executable));
    };
    Scheduler scheduler(
        plan, roster,
        {.setup = {.suite_seed = suite.seed,
                   .default_threads = machine.cores,
                   .data_path = data_path(line.data_path),
                   .machine = machine},
         .reference = find_backend("cpu"),
         .sharded_reference = find_backend("sharded"),
         .on_parity = [&](const Parity& parity) { log.take(parity); },
         .lanes = lanes,
         .wait_for_any = [&](const auto& workers) { wait_for_any(workers, signals); },
         .scratch = scratch.path(),
         .retries = suite.limits.retries,
         .on_retry = [&](const Record& record) { log.retry(record); }},
        start_worker, [&](const Cell& cell, int replica) { log.start(cell, replica); },
        [&](std::span<const Record* const> records) { log.take(records); });
    if (interrupted) {
      const std::vector<Parity> parities = parities_of(*interrupted);
      log.restore(scheduler.restore(records_of(*interrupted, plan), parities), parities);
    }

    Outputs outputs(line);
    outputs.begin(make_context(line, plan, suite, executable.string()));
    attempt([&] {
      run_benchmarks(scheduler, line.random_interleaving, line.verbosity,
                     [&](const std::vector<Row>& rows) {
                       log.clear();
                       outputs.rows(rows);
                     });
    });
    const bool is_complete = codes.worst() == ExitCode::kOk;
    codes.add(log.codes());
    log.clear();
    for (const std::string& unmet : scheduler.unmet()) say(unmet);
    const double precision =
        plan.step.precision > 0.0 ? plan.step.precision : SummaryOptions{}.precision;
    const Summary summary =
        summarize(log.records(), machine,
                  {.target = plan.epoch.target, .precision = precision, .parity = log.parities()});
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
    });
    attempt([&] {
      write_file(journal->folder() / "summary.json",
                 json_text(summary_json(summary, machine, command_text(arguments))) + "\n");
    });
    // What could not be written is made again by --resume, which measures nothing then.
    const bool is_whole = is_complete && !codes.all().contains(ExitCode::kResultsNotWritten);
    attempt([&] { journal->append(end_line(is_whole, codes)); });
    try {
      index_fragment(journal->folder().parent_path(), journal->folder());
    } catch (const ResultsError& error) {
      say(fmt::format("{}; the journal has every row, `ndbench ingest` indexes it", error.what()));
      codes.add(ExitCode::kResultsNotWritten);
    }
    write_message("results", journal->folder().string());
    codes.add(write_reports(journal->folder()));
    if (is_whole) return;
    scratch.keep();
    say(fmt::format("to go on: ndbench_suite --results={} --resume={}",
                    journal->folder().parent_path().string(),
                    journal->folder().filename().string()));
  });
  if (const std::string text = left_text(offspring.end_rest()); !text.empty()) {
    say(fmt::format("workers {}; which of them cannot be told", text));
  }
  if (const std::string text = codes.text(); !text.empty()) say(text);
  return codes.worst();
}

}  // namespace

ExitCode run(const CommandLine& line, const std::vector<std::string>& arguments) {
  if (!line.resume) return measure(line, arguments, std::nullopt);
  const RecordedRun interrupted = find_interrupted_run(fs::absolute(line.results), *line.resume);
  const CommandLine recorded = command_line_of(interrupted, line, arguments);
  return measure(recorded, interrupted.header.at("arguments"), interrupted);
}

}  // namespace ndbench
