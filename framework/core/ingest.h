#pragma once

#include <filesystem>
#include <vector>

#include "core/exit_code.h"

namespace ndbench {

/// What `ndbench ingest` was asked.
struct IngestOptions {
  std::filesystem::path results = "ndbench_results";
  /// Runs' folders, or folders of them, of this or other machines.
  std::vector<std::filesystem::path> sources{};
};

/// Brings the database of a folder of results up to date, with fragments copied in from `sources`.
/// Says on stderr what was left out, on stdout what there is.
/// @return kOk, or kResultsNotWritten if a fragment was left out.
/// @throws ResultsError
[[nodiscard]] ExitCode ingest(const IngestOptions& options);

}  // namespace ndbench
