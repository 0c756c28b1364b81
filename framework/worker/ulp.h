#pragma once

#include <cstdint>
#include <string>

#include "ndbench/model.h"

namespace ndbench {

/// Moves one weight of `task` up by one unit in the last place of its type: the smallest change
/// that there is (Summers and Dinneen 2021).
///
/// It is chosen by `seed`, each with the same probability, among the finite elements other than
/// zero of the tensors "parameters/…" of float64, float32, bfloat16 or float16: the number next to
/// zero is so small that the first addition loses it.
/// @return which, and from what to what: "parameters/fc.weight[17] 0.5 → 0.50000006".
/// @throws ndbench::Error if there is no such element, or the task visits copies of its weights.
[[nodiscard]] std::string move_one_weight(const Task& task, std::uint64_t seed);

}  // namespace ndbench
