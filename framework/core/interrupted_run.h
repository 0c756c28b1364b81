#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/command_line.h"
#include "core/recorded_run.h"

namespace ndbench {

/// The run that `name` stands for: a folder, or its name below `results`; "" for the newest one
/// below `results` that is not complete.
/// @throws UsageError if there is none, or it is complete.
[[nodiscard]] RecordedRun find_interrupted_run(const std::filesystem::path& results,
                                               const std::string& name);

/// The command line of the run, with how it is shown taken from `typed`: formats, files, colour,
/// --host_lock, --timeout. Makes the folder that the run was started in the current one.
/// @param arguments  as typed: what else they set must be as it was then.
/// @throws UsageError naming the flag that differs.
[[nodiscard]] CommandLine command_line_of(const RecordedRun& run, const CommandLine& typed,
                                          const std::vector<std::string>& arguments);

}  // namespace ndbench
