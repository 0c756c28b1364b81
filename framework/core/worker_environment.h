#pragma once

#include <map>
#include <string>

#include "core/knob.h"

namespace ndbench {

/// The variables that a cell's worker needs from its first instruction on; "" is for one that must
/// not be set.
[[nodiscard]] std::map<std::string, std::string> worker_environment(const Tooling& tooling,
                                                                    int threads);

}  // namespace ndbench
