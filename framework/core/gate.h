#pragma once

#include <filesystem>
#include <string>

#include "core/exit_code.h"

namespace ndbench {

/// What `ndbench gate` was asked.
struct GateOptions {
  std::filesystem::path results = "ndbench_results";
  std::string run{};  ///< id of the run to judge, or its first digits; "" for the newest
};

/// Judges a run by the runs before it on the same target, and prints what it finds as Markdown.
/// @return kRegression, kDeterminismBreach, or kOk.
/// @throws ResultsError; UsageError if there is no such run.
[[nodiscard]] ExitCode gate(const GateOptions& options);

}  // namespace ndbench
