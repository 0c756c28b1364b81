#pragma once

#include <map>
#include <string>

#include "core/knob.h"

namespace ndbench {

/// The variables that a cell's worker needs from its first instruction on; "" is for one that must
/// not be set. `processors` are the logical ones that it has for itself; 0 for all of the machine.
[[nodiscard]] std::map<std::string, std::string> worker_environment(const Tooling& tooling,
                                                                    int threads,
                                                                    std::size_t processors = 0);

}  // namespace ndbench
