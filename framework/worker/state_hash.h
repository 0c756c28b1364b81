#pragma once

#include "core/protocol.h"

namespace ndbench {

/// The hash of a task's whole training state, and of each tensor of it.
///
/// Each tensor's hash is XXH3-128 over its name, dtype, shape and bytes in row-major order; the
/// state's hash is XXH3-128 over the tensors' hashes in the order of visit_state(). Equal hashes
/// mean equal bits: NaN payloads and the sign of zero count.
/// @throws ndbench::Error if two tensors have the same name or there is none.
[[nodiscard]] State hash_state(const Task& task);

}  // namespace ndbench
