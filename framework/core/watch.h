#pragma once

#include <vector>

#include "core/interrupt.h"
#include "core/worker.h"

namespace ndbench {

/// Waits until try_receive() of one of the workers may have something to do: an answer, a death,
/// output to keep, or no answer in time.
/// @throws Interrupted when a signal ends the run.
void wait_for_any(const std::vector<Worker*>& workers, InterruptSignals& signals);

}  // namespace ndbench
