#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "core/paired_ratio.h"

namespace ndbench {

/// What is measured by turns, and where.
struct AlternatingOptions {
  std::filesystem::path
      before{};  ///< folder of a build's ndbench_suite; "": only `now` is measured
  std::filesystem::path now{};
  std::vector<std::string> arguments{};  ///< that say what is measured: --suite, --benchmark_filter
  int rounds = static_cast<int>(kFewestForMedian);
  std::filesystem::path results{};  ///< is given a folder of results for each run
  std::filesystem::path folder{};   ///< in which the builds are run; "": the current one
};

/// Seconds of an iteration of a benchmark, round by round.
struct AlternatedBenchmark {
  std::string name;
  std::string target{};  ///< fingerprint, of `now`
  std::string mode{};
  std::vector<double> before{};
  std::vector<double> now{};
  std::set<std::string> states_before{};  ///< state hashes in which replicas ended
  std::set<std::string> states_now{};

  /// now / before, from the pairs of neighbouring runs.
  [[nodiscard]] Ratio ratio() const;
};

struct AlternatedRuns {
  std::vector<AlternatedBenchmark> benchmarks{};  ///< that passed in every run, by name
  std::set<std::string>
      left_out{};  ///< names of those that are not in both builds, or did not pass
};

/// Measures a replica of each benchmark with one build and with the other, in processes of their
/// own, then the other way round, and so on: what slows the machine slows both. A signal that ends
/// this process ends the run that goes on.
///
/// @throws ndbench::Error naming the build that cannot be run or whose run did not end with 0;
///         Interrupted
[[nodiscard]] AlternatedRuns run_alternately(const AlternatingOptions& options);

}  // namespace ndbench
