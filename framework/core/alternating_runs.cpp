#include "core/alternating_runs.h"

#include <fmt/format.h>

#include <cmath>
#include <map>

#include "core/measured_run.h"
#include "core/printable.h"
#include "core/program_run.h"
#include "core/provenance.h"
#include "ndbench/error.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

struct Measurement {
  double seconds = 0.0;
  std::string target{};
  std::string mode{};
  std::string state{};
};

/// What passed in a run, by benchmark.
using Measurements = std::map<std::string, Measurement>;

/// Both builds on the same benchmarks.
class Turns {
 public:
  explicit Turns(const AlternatingOptions& options) : options_(options) {}

  AlternatedRuns take() {
    const bool has_before = !options_.before.empty();
    for (int round = 0; round < options_.rounds; ++round) {
      Measurements before;
      const bool begins = round % 2 == 0;
      if (has_before && begins) before = measure(options_.before, "before", round);
      const Measurements now = measure(options_.now, "now", round);
      if (has_before && !begins) before = measure(options_.before, "before", round);
      for (const auto& [name, measured] : now) {
        const auto other = before.find(name);
        if (!has_before) {
          add(name, measured);
        } else if (other != before.end()) {
          add(name, measured);
          AlternatedBenchmark& benchmark = benchmarks_[name];
          benchmark.before.push_back(other->second.seconds);
          benchmark.states_before.insert(other->second.state);
        }
      }
    }
    return finished();
  }

 private:
  /// One run of a build, in a folder of results of its own.
  Measurements measure(const fs::path& build, const char* side, int round) {
    const fs::path results = options_.results / fmt::format("{}-{}", side, round);
    ProgramRun run{.program = build / "ndbench_suite",
                   .arguments = options_.arguments,
                   .folder = options_.folder,
                   .log = results.string() + ".log"};
    run.arguments.emplace_back("--benchmark_repetitions=1");
    run.arguments.push_back("--results=" + results.string());
    const int status = run_program(run, signals_);
    if (status != 0) {
      throw Error(fmt::format("'{}' ended with {}", printable(run.program.string()),
                              ending_words(run, status)));
    }
    const MeasuredRun measured = load_run(find_run_folder(results, ""));
    Measurements measurements;
    for (const Record& record : measured.records) {
      const std::string name = record.cell.name();
      names_.insert(name);
      if (record.outcome.status != Status::kPassed) continue;
      measurements.emplace(
          name, Measurement{record.real_seconds(), target_fingerprint(measured.machine, record),
                            record.cell.mode.name, record.state.hash});
    }
    return measurements;
  }

  void add(const std::string& name, const Measurement& measured) {
    AlternatedBenchmark& benchmark = benchmarks_[name];
    benchmark.name = name;
    benchmark.target = measured.target;
    benchmark.mode = measured.mode;
    benchmark.now.push_back(measured.seconds);
    benchmark.states_now.insert(measured.state);
  }

  AlternatedRuns finished() {
    AlternatedRuns runs{.left_out = names_};
    for (auto& [name, benchmark] : benchmarks_) {
      if (benchmark.now.size() != static_cast<std::size_t>(options_.rounds)) continue;
      runs.left_out.erase(name);
      runs.benchmarks.push_back(std::move(benchmark));
    }
    return runs;
  }

  const AlternatingOptions& options_;
  InterruptSignals signals_;
  std::map<std::string, AlternatedBenchmark> benchmarks_;
  std::set<std::string> names_;  ///< of all that was asked for
};

}  // namespace

Ratio AlternatedBenchmark::ratio() const {
  std::vector<double> log_ratios;
  for (std::size_t round = 0; round < before.size(); ++round) {
    log_ratios.push_back(std::log(now[round] / before[round]));
  }
  return ratio_of(log_ratios);
}

AlternatedRuns run_alternately(const AlternatingOptions& options) {
  fs::create_directories(options.results);
  return Turns(options).take();
}

}  // namespace ndbench
