#pragma once

#include "core/protocol.h"

namespace ndbench {

/// XXH3-128 over a tensor's name, dtype, shape and bytes in row-major order, 32 hexadecimal digits.
[[nodiscard]] std::string hash_tensor(const std::string& name, const at::Tensor& tensor);

/// The hash of a task's whole training state, and of each tensor of it.
///
/// Each tensor's hash is XXH3-128 over its name, dtype, shape and bytes in row-major order; the
/// state's hash is XXH3-128 over the tensors' hashes in the order of visit_state(). Equal hashes
/// mean equal bits: NaN payloads and the sign of zero count.
/// @throws ndbench::Error if two tensors have the same name or there is none.
[[nodiscard]] State hash_state(const Task& task);

/// The name and hash of each tensor of the batch that is loaded, in the order of visit_batch().
[[nodiscard]] std::vector<std::pair<std::string, std::string>> batch_hashes(const Task& task);

/// One hash of these, as of a state; "" where the task shows none.
[[nodiscard]] std::string hash_batch(const Task& task);

}  // namespace ndbench
