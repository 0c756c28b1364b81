#pragma once

#include <string>

#include "core/exit_code.h"

namespace ndbench {

enum class Status { kPassed, kSkipped, kFailed };

/// What became of a measurement. A run that could not or did not work is data, not an exception.
struct Outcome {
  Status status = Status::kPassed;
  std::string reason{};  ///< why it was skipped or failed: what, where, what to do
  std::string
      phase{};  ///< load, describe, prepare, train, evaluate, hash or teardown: where it failed
  std::string output{};                ///< the end of what the worker printed, if it failed
  ExitCode exit_code = ExitCode::kOk;  ///< what a failure makes of the whole run
  bool is_lost = false;                ///< its worker died or did not answer in time
};

/// "passed", "skipped", "failed".
[[nodiscard]] std::string to_string(Status status);

[[nodiscard]] Outcome skipped(std::string reason);
[[nodiscard]] Outcome failed(ExitCode exit_code, std::string reason, std::string phase = {});

}  // namespace ndbench
