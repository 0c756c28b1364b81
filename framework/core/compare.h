#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/exit_code.h"
#include "core/run_comparison.h"

namespace ndbench {

/// A form that a comparison is written in.
struct ComparisonFormat {
  std::string_view name;  ///< as --format spells it
  std::string (*write)(const RunComparison& comparison);
};

/// What `ndbench compare` was asked.
struct CompareOptions {
  std::filesystem::path results = "ndbench_results";
  std::vector<std::string> runs{};  ///< two, as find_compared_run() takes them
  std::string format = "text";
  CompareRules rules{};
  std::optional<std::filesystem::path> out{};  ///< stdout without
};

/// Writes how the second run differs from the first.
/// @return kOk, whatever it finds: the gate judges.
/// @throws UsageError, ResultsError
[[nodiscard]] ExitCode compare(const CompareOptions& options);

}  // namespace ndbench
