#include "core/gate.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "core/ab.h"
#include "core/committed_states.h"
#include "core/durable_file.h"
#include "core/gate_again.h"
#include "core/gate_findings.h"
#include "core/gate_history.h"
#include "core/gate_text.h"
#include "core/installation.h"
#include "core/plan.h"
#include "core/standard_error.h"
#include "core/standard_output.h"
#include "core/store.h"
#include "core/suite.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

/// The quality that the run's suite wants reached; none where it wants none or is not there.
std::optional<double> target_quality(const GateOptions& options, GateVerdict& verdict) {
  const std::string& fragment = verdict.run.fragment;
  const fs::path suite = options.results / fragment / "suite.toml";
  if (!fragment.empty() && fs::exists(suite)) {
    try {
      const std::optional<EpochScope> epoch = read_suite(suite).epoch;
      return epoch ? epoch->target : std::nullopt;
    } catch (const Error& error) {
      throw ResultsError(error.what());
    }
  }
  verdict.unjudged.push_back(
      "how soon the suite's target is reached, as the folder of the run is gone");
  return std::nullopt;
}

void add_unjudged(const std::vector<BenchmarkHistory>& benchmarks, GateVerdict& verdict) {
  const auto few =
      std::count_if(benchmarks.begin(), benchmarks.end(), [](const BenchmarkHistory& benchmark) {
        const std::size_t replicas = benchmark.nights.back().seconds.size();
        return replicas > 0 && replicas < static_cast<std::size_t>(kFewestForNight);
      });
  if (few == 0) return;
  verdict.unjudged.push_back(fmt::format("the times of {} benchmark{}, of fewer than {} replicas",
                                         few, few == 1 ? "" : "s", kFewestForNight));
}

template <typename Histories>
void look_at(const Histories& histories, GateVerdict& verdict) {
  verdict.histories += histories.size();
  add_findings(histories, verdict.findings);
}

GateVerdict judge(const std::vector<BenchmarkHistory>& benchmarks, GateVerdict verdict,
                  const GateOptions& options) {
  const JudgedRun run = verdict.run;
  add_unjudged(benchmarks, verdict);
  const auto histories = histories_of(benchmarks, target_quality(options, verdict));
  for (const History& history : histories) {
    verdict.longest = std::max(verdict.longest, history.values.size());
  }
  look_at(histories, verdict);
  look_at(spreads_of(benchmarks), verdict);
  std::vector<StateHistory> states;
  if (options.hashes) {
    states = committed_states_of(benchmarks, run, *options.hashes, verdict.unjudged);
  }
  // What is committed counts; the run before where nothing is.
  for (const StateHistory& history : states_of(benchmarks)) {
    const bool is_committed =
        std::any_of(states.begin(), states.end(), [&](const StateHistory& state) {
          return state.name == history.name && state.target == history.target;
        });
    if (!is_committed) states.push_back(history);
  }
  look_at(states, verdict);
  sort_by_weight(verdict.findings);
  return verdict;
}

}  // namespace

ExitCode gate(const GateOptions& options) {
  AgainOptions again{.now = executable_folder(), .before = {}, .run = {}};
  if (options.before) again.before = program_folder(*options.before, "--before");
  const auto database = open_store_to_read(options.results);
  JudgedRun run;
  std::vector<BenchmarkHistory> benchmarks;
  std::vector<std::string> failures;
  try {
    run = find_run(*database, options.run);
    benchmarks = benchmark_histories(*database, run);
    failures = failures_of(*database, run);
  } catch (const SQLite::Exception& error) {
    throw_store_error(options.results / kStoreFile, error);
  }
  if (options.writes_hashes) {
    for (const fs::path& file : write_committed_states(benchmarks, run, *options.hashes)) {
      write_stdout(file.string() + "\n");
    }
    return ExitCode::kOk;
  }
  GateVerdict verdict = judge(benchmarks, {.run = run, .unjudged = std::move(failures)}, options);
  ExitCodes codes;
  if (options.measures_again) {
    again.run = options.results / run.fragment;
    try {
      measure_again(verdict.findings, again);
    } catch (const Error& error) {
      write_message("ndbench",
                    fmt::format("cannot measure again what got slower: {}", error.what()));
      codes.add(ExitCode::kBenchmarkFailed);
    }
    sort_by_weight(verdict.findings);
  }
  write_stdout(gate_text(verdict));
  codes.add(exit_codes_of(verdict.findings));
  if (const std::string text = codes.text(); !text.empty()) write_message("ndbench", text);
  return codes.worst();
}

}  // namespace ndbench
