#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/exit_code.h"
#include "core/intervals.h"

namespace ndbench {

/// What `ndbench ab` was asked: two builds of ndbench on the same benchmarks, by turns.
struct AbOptions {
  std::filesystem::path before;
  std::filesystem::path now;
  std::string suite = "default";
  std::string filter{};
  std::string plugin_path{};
  std::string data_path{};
  int rounds = static_cast<int>(kFewestForMedian);
  double threshold = 0.02;  ///< relative change of time from which on it is one
  std::optional<std::filesystem::path> results{};  ///< where the runs are kept; nowhere without
};

/// The folder of a build's ndbench_suite: `build`/bin, as in a build tree and an install tree, or
/// `build` itself.
/// @throws UsageError naming `flag` if it is in neither.
[[nodiscard]] std::filesystem::path program_folder(const std::filesystem::path& build,
                                                   const std::string& flag);

/// Prints by how much each benchmark is slower in `now`, and which end in other bits.
/// @return kRegression if one is slower by the threshold or more, for certain; kDeterminismBreach
///         if one in mode fixed ends in other bits; kBenchmarkFailed if a run cannot be had or
///         nothing is left to compare; the worst of them.
/// @throws UsageError
[[nodiscard]] ExitCode ab(const AbOptions& options);

}  // namespace ndbench
