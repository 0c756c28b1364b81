#pragma once

#include <map>
#include <string>

#include "ndbench/backend.h"

namespace ndbench {

/// What computes in this process, each under the name of the knob that asks for it: what the
/// backend reads back, and the instruction sets that the libraries have chosen. A library that
/// does not tell is left out.
[[nodiscard]] std::map<std::string, std::string> read_in_force(const Scope& scope);

}  // namespace ndbench
