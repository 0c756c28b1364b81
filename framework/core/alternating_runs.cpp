#include "core/alternating_runs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <map>

#include "core/measured_run.h"
#include "core/printable.h"
#include "core/provenance.h"
#include "ndbench/error.h"

extern char** environ;

namespace ndbench {
namespace {

namespace fs = std::filesystem;

/// Runs a program to its end, its output in a file.
/// @return as waitpid() tells it.
int wait_for(const fs::path& program, const std::vector<std::string>& arguments,
             const fs::path& log) {
  std::vector<char*> pointers{const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) {
    pointers.push_back(const_cast<char*>(argument.c_str()));
  }
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log.c_str(),
                                   O_WRONLY | O_CREAT | O_TRUNC, 0666);
  pid_t child = 0;
  const int error =
      posix_spawn(&child, program.c_str(), &actions, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    throw Error(
        fmt::format("cannot run '{}': {}", printable(program.string()), std::strerror(error)));
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

std::string last_line_of(const fs::path& file) {
  std::ifstream stream(file);
  std::string last;
  for (std::string line; std::getline(stream, line);) last = line;
  return printable(last, 400);
}

struct Measurement {
  double seconds = 0.0;
  std::string target{};
  std::string mode{};
  std::string state{};
};

/// One run of a build, by benchmark.
std::map<std::string, Measurement> measure(const fs::path& build, const AlternatingOptions& options,
                                           const fs::path& results) {
  std::vector<std::string> arguments = options.arguments;
  arguments.emplace_back("--benchmark_repetitions=1");
  arguments.push_back("--results=" + results.string());
  const fs::path program = build / "ndbench_suite";
  const fs::path log = results.string() + ".log";
  const int status = wait_for(program, arguments, log);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw Error(fmt::format("'{}' ended with {}: {}", printable(program.string()),
                            WIFEXITED(status) ? fmt::format("exit status {}", WEXITSTATUS(status))
                                              : fmt::format("signal {}", WTERMSIG(status)),
                            last_line_of(log)));
  }
  const MeasuredRun run = load_run(find_run_folder(results, ""));
  std::map<std::string, Measurement> measurements;
  for (const Record& record : run.records) {
    if (record.outcome.status != Status::kPassed) continue;
    measurements.emplace(record.cell.name(),
                         Measurement{record.real_seconds(), target_fingerprint(run.machine, record),
                                     record.cell.mode.name, record.state.hash});
  }
  return measurements;
}

}  // namespace

Ratio AlternatedBenchmark::ratio() const {
  std::vector<double> log_ratios;
  for (std::size_t round = 0; round < before.size(); ++round) {
    log_ratios.push_back(std::log(now[round] / before[round]));
  }
  return ratio_of(log_ratios);
}

std::vector<AlternatedBenchmark> run_alternately(const AlternatingOptions& options) {
  std::map<std::string, AlternatedBenchmark> benchmarks;
  fs::create_directories(options.results);
  const bool has_before = !options.before.empty();
  for (int round = 0; round < options.rounds; ++round) {
    std::map<std::string, Measurement> before;
    const auto measure_before = [&] {
      if (has_before) before = measure(options.before, options, options.results / "before");
    };
    const bool begins = round % 2 == 0;
    if (begins) measure_before();
    const auto now = measure(options.now, options, options.results / "now");
    if (!begins) measure_before();
    for (const auto& [name, measured] : now) {
      const auto other = before.find(name);
      if (has_before && other == before.end()) continue;
      AlternatedBenchmark& benchmark = benchmarks[name];
      benchmark.name = name;
      benchmark.target = measured.target;
      benchmark.mode = measured.mode;
      benchmark.now.push_back(measured.seconds);
      benchmark.states_now.insert(measured.state);
      if (!has_before) continue;
      benchmark.before.push_back(other->second.seconds);
      benchmark.states_before.insert(other->second.state);
    }
  }
  std::vector<AlternatedBenchmark> result;
  for (auto& [name, benchmark] : benchmarks) {
    if (benchmark.now.size() == static_cast<std::size_t>(options.rounds)) {
      result.push_back(std::move(benchmark));
    }
  }
  return result;
}

}  // namespace ndbench
