#pragma once

#include <map>
#include <string>

#include "core/knob.h"
#include "core/outcome.h"

namespace ndbench {

/// Compares what was asked for with what the worker read back, which has it under the knobs' own
/// names. A knob that cannot be read back is taken at its word.
///
/// passed; skipped where a library does not follow its variable, which it does wherever the machine
/// can; failed where the backend did not set a switch or the threads.
[[nodiscard]] Outcome check_in_force(const Tooling& asked,
                                     const std::map<std::string, std::string>& in_force);

}  // namespace ndbench
