#pragma once

#include "core/command_line.h"
#include "core/exit_code.h"

namespace ndbench {

/// One run of ndbench_suite, from suite to exit code. Results go to stdout, the rest to stderr.
/// @throws UsageError, ndbench::Error for a bad suite, ResultsError.
[[nodiscard]] ExitCode run(const CommandLine& line, const std::vector<std::string>& arguments);

}  // namespace ndbench
