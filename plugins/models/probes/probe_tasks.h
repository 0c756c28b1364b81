#pragma once

#include <memory>

#include "ndbench/model.h"

namespace ndbench::probes {

/// A Task whose steps find out in which order an operation adds. State: "subtree_sizes".
/// @throws ndbench::Unsupported if it is no plain sum, as with transforms.
[[nodiscard]] std::unique_ptr<Task> accumulation_order(const TaskContext& context);

/// A Task whose steps compare what a row gives alone and in batches. State: "first_rows".
[[nodiscard]] std::unique_ptr<Task> batch_invariance(const TaskContext& context);

}  // namespace ndbench::probes
