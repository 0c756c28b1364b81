#pragma once

#include <filesystem>
#include <string>

#include "core/compared_run.h"

namespace ndbench {

/// What `name` stands for: a file of Google Benchmark's JSON, the path of a run's folder, the name
/// of one below `results`, the first digits of a run's id, or, for the newest complete run of it,
/// the first four digits or more of a commit, or "target:" and the first digits of a target.
/// @throws UsageError if it stands for nothing, or for several; ResultsError if it cannot be read.
[[nodiscard]] ComparedRun find_compared_run(const std::filesystem::path& results,
                                            const std::string& name);

}  // namespace ndbench
