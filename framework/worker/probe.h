#pragma once

#include "core/protocol.h"
#include "ndbench/model.h"

namespace ndbench {

/// Trains one step on the loaded batch and tells what it was made from and gave.
///
/// Gradients are those that the tensors "parameters/…" of visit_state() hold after train_step().
/// A state is adopted tensor by tensor, where name and shape are the same and the type is a
/// floating one; so are weights perturbed, each by its own sign from the request's seed.
/// @throws ndbench::Error if files cannot be read or written.
[[nodiscard]] Probe probe_step(Task& task, const ProbeRequest& request);

}  // namespace ndbench
