#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/exit_code.h"

namespace ndbench {

/// What `ndbench gate` was asked.
struct GateOptions {
  std::filesystem::path results = "ndbench_results";
  std::string run{};  ///< id of the run to judge, or its first digits; "" for the newest
  std::optional<std::filesystem::path> hashes{};  ///< folder of committed state hashes
  bool writes_hashes = false;                     ///< into that folder, and judges nothing
  bool measures_again = false;                    ///< what got slower
  std::optional<std::filesystem::path> before{};  ///< the build that it is held against then
};

/// Judges a run by the runs before it on the same target, and prints what it finds as Markdown.
/// @return kRegression, kDeterminismBreach, or kOk; kBenchmarkFailed where measuring again failed,
///         which takes nothing back.
/// @throws ResultsError; UsageError if there is no such run.
[[nodiscard]] ExitCode gate(const GateOptions& options);

}  // namespace ndbench
