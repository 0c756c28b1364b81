#pragma once

#include <string>
#include <vector>

#include "core/knob.h"
#include "core/machine.h"

namespace ndbench {

/// The environments that a CPU user meets, as the replicas of a mode go through them.
///
/// The first is `tooling` itself. Each other one differs from it in one knob: another number of
/// threads, up to one a core (two where there is one core), or fewer instructions than this CPU has
/// for ATen, oneDNN or OpenBLAS. Kinds alternate, so that the first few differ in kind. Knobs that
/// `tooling` sets itself stay as it sets them.
/// @param knobs    that the backend has.
/// @param threads  of the backend.
[[nodiscard]] std::vector<Tooling> environments(const Tooling& tooling,
                                                const std::vector<std::string>& knobs, int threads,
                                                const Machine& machine);

}  // namespace ndbench
