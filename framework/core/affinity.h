#pragma once

#include <functional>

#include "core/core_sets.h"

namespace ndbench {

/// The logical processors on which this thread may run, in order.
[[nodiscard]] Processors usable_processors();

/// Calls `start`, which starts a process and returns 0 or an error number, while this thread is
/// bound to `processors`: the process is so from its first instruction on, and its threads after
/// it. No processors: does not touch the binding.
/// @return what `start` returns, or the error number of the system's refusal to bind.
/// @throws std::system_error if the thread cannot be bound as it was before.
[[nodiscard]] int on_processors(const Processors& processors, const std::function<int()>& start);

}  // namespace ndbench
