#include "core/ab.h"

#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "core/alternating_runs.h"
#include "core/printable.h"
#include "core/scratch_folder.h"
#include "core/standard_error.h"
#include "core/standard_output.h"
#include "core/summary_text.h"
#include "core/usage_error.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

struct Verdict {
  std::string words;
  ExitCode code = ExitCode::kOk;
};

Verdict time_verdict(const Ratio& ratio, double threshold) {
  const bool is_large = std::abs(std::log(ratio.ratio)) >= std::log1p(threshold);
  switch (verdict_of(ratio)) {
    case CostVerdict::kRefused:
      return {fmt::format("not judged: {} rounds, it takes {}", ratio.pairs, kFewestForMedian)};
    case CostVerdict::kNone:
      return {"no difference"};
    case CostVerdict::kInconclusive:
      return {"inconclusive"};
    case CostVerdict::kSaves:
      return {is_large ? "FASTER" : "faster, below the threshold"};
    case CostVerdict::kCosts:
      if (!is_large) return {"slower, below the threshold"};
      return {"SLOWER", ExitCode::kRegression};
  }
  return {};
}

/// Of mode fixed alone: elsewhere replicas may end in any bits.
Verdict state_verdict(const AlternatedBenchmark& benchmark) {
  const bool is_one = benchmark.states_before.size() == 1 && benchmark.states_now.size() == 1;
  if (benchmark.mode != "fixed" || !is_one) return {};
  if (benchmark.states_before == benchmark.states_now) return {"; same bits"};
  return {"; OTHER BITS", ExitCode::kDeterminismBreach};
}

}  // namespace

fs::path program_folder(const fs::path& build, const std::string& flag) {
  for (const fs::path& folder : {build / "bin", build}) {
    if (fs::exists(folder / "ndbench_suite")) return fs::absolute(folder);
  }
  throw UsageError(fmt::format("{}: there is no ndbench_suite in '{}', nor in its bin", flag,
                               printable(build.string())));
}

ExitCode ab(const AbOptions& options) {
  AlternatingOptions runs{.before = program_folder(options.before, "BEFORE"),
                          .now = program_folder(options.now, "NOW"),
                          .arguments = {"--suite=" + options.suite,
                                        "--benchmark_filter=" + options.filter, "--host_lock=wait"},
                          .rounds = options.rounds};
  if (!options.plugin_path.empty()) {
    runs.arguments.push_back("--plugin_path=" + options.plugin_path);
  }
  if (!options.data_path.empty()) runs.arguments.push_back("--data_path=" + options.data_path);
  std::optional<ScratchFolder> scratch;
  if (!options.results) scratch.emplace();
  runs.results = fs::absolute(options.results ? *options.results : scratch->path());
  AlternatedRuns done;
  try {
    done = run_alternately(runs);
  } catch (const Error& error) {
    write_message("ndbench", error.what());
    return ExitCode::kBenchmarkFailed;
  }
  ExitCodes codes;
  for (const AlternatedBenchmark& benchmark : done.benchmarks) {
    const Ratio ratio = benchmark.ratio();
    const Verdict time = time_verdict(ratio, options.threshold);
    const Verdict state = state_verdict(benchmark);
    codes.add(time.code);
    codes.add(state.code);
    write_stdout(fmt::format("{}\n  {}: {}{}\n", printable(benchmark.name), overhead_text(ratio),
                             time.words, state.words));
  }
  for (const std::string& name : done.left_out) {
    write_stdout(fmt::format("{}\n  not compared: it did not pass in every run of both builds\n",
                             printable(name)));
  }
  if (done.benchmarks.empty()) {
    write_message("ndbench", "nothing could be compared");
    codes.add(ExitCode::kBenchmarkFailed);
  }
  if (const std::string text = codes.text(); !text.empty()) write_message("ndbench", text);
  return codes.worst();
}

}  // namespace ndbench
