#include "core/gate_again.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/alternating_runs.h"
#include "core/command_text.h"
#include "core/recorded_run.h"
#include "core/scratch_folder.h"
#include "core/statistics.h"
#include "core/summary_text.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

/// Of the flags of the judged run those that say how it is measured, and not what, where to or in
/// how many replicas.
std::vector<std::string> flags_to_keep(const RecordedRun& run) {
  std::vector<std::string> kept;
  bool has_lock = false;
  read_journal_of(run, [&] {
    std::string flag;
    for (const auto& argument : run.header.at("arguments").get<std::vector<std::string>>()) {
      // "--plugin_path x" is "--plugin_path=x".
      if (argument.starts_with("--")) flag = argument.substr(0, argument.find('='));
      for (const char* name : {"--plugin_path", "--data_path", "--timeout", "--host_lock"}) {
        if (flag == name) kept.push_back(argument);
      }
      has_lock = has_lock || flag == "--host_lock";
    }
  });
  if (!has_lock) kept.emplace_back("--host_lock=wait");
  return kept;
}

/// Where the run was started, from which its flags name files; the current folder if that is gone.
fs::path folder_of(const RecordedRun& run) {
  fs::path folder;
  read_journal_of(run, [&] { folder = run.header.at("folder").get<std::string>(); });
  return fs::is_directory(folder) ? folder : fs::path();
}

/// A regular expression for these benchmarks alone.
std::string filter_of(const std::vector<const Finding*>& findings) {
  std::string filter;
  for (const Finding* finding : findings) {
    filter += (filter.empty() ? "" : "|") + regex_escaped(finding->name);
  }
  return "^(" + filter + ")$";
}

void judge(Finding& finding, const AlternatedBenchmark& again) {
  if (again.before.empty()) {
    const double ratio = median(again.now) / finding.before;
    finding.is_refuted = !is_confirmed(finding, ratio);
    finding.measured_again =
        fmt::format("{} % (median of {} runs)", percent(ratio - 1.0), again.now.size());
    return;
  }
  const Ratio ratio = again.ratio();
  finding.is_refuted = !is_confirmed(finding, ratio.ratio);
  finding.measured_again =
      fmt::format("{} ({} pairs, old and new build by turns)", overhead_text(ratio), ratio.pairs);
}

}  // namespace

bool is_confirmed(const Finding& finding, double ratio) {
  return ratio - 1.0 >= 0.4 * finding.change;
}

void measure_again(std::vector<Finding>& findings, const AgainOptions& options) {
  std::vector<const Finding*> slower;
  for (const Finding& finding : findings) {
    const bool counts = finding.kind == Finding::Kind::kWorse && finding.quantity == "seconds";
    if (counts && slower.size() < kMostAgain) slower.push_back(&finding);
  }
  if (slower.empty()) return;
  const ScratchFolder scratch;
  const RecordedRun run = read_run(options.run);
  AlternatingOptions runs{.before = options.before,
                          .now = options.now,
                          .arguments = flags_to_keep(run),
                          .results = fs::absolute(scratch.path()),
                          .folder = folder_of(run)};
  runs.arguments.push_back("--suite=" + fs::absolute(options.run / "suite.toml").string());
  runs.arguments.push_back("--benchmark_filter=" + filter_of(slower));
  std::map<std::string, AlternatedBenchmark> again;
  AlternatedRuns done = run_alternately(runs);
  for (AlternatedBenchmark& benchmark : done.benchmarks) {
    again.emplace(benchmark.name, std::move(benchmark));
  }
  for (Finding& finding : findings) {
    if (std::find(slower.begin(), slower.end(), &finding) == slower.end()) continue;
    const auto found = again.find(finding.name);
    if (done.left_out.contains(finding.name)) {
      finding.measured_again = "failed";
    } else if (found == again.end() || found->second.target != finding.target) {
      finding.measured_again = "not had here: this is another target";
    } else {
      judge(finding, found->second);
    }
  }
}

}  // namespace ndbench
