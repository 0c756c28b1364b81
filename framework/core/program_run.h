#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/interrupt.h"

namespace ndbench {

/// Another program, run to its end.
struct ProgramRun {
  std::filesystem::path program;
  std::vector<std::string> arguments{};
  std::filesystem::path folder{};  ///< in which it starts; "": the current one
  std::filesystem::path log{};     ///< is given what it writes to stderr; stdout is thrown away
};

/// Runs it in a process group of its own: a signal that reaches this process alone ends it, too.
/// @return how it ended, as waitpid() tells it.
/// @throws ndbench::Error if it cannot be started; Interrupted once it has ended
[[nodiscard]] int run_program(const ProgramRun& run, InterruptSignals& signals);

/// "exit status 12: ndbench_suite: …" or "signal 9": how it ended, and the last lines of its log.
[[nodiscard]] std::string ending_words(const ProgramRun& run, int status);

}  // namespace ndbench
