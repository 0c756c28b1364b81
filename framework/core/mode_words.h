#pragma once

#include <string>
#include <vector>

#include "core/record.h"

namespace ndbench {

/// What the final states of a cell's replicas show about its mode: "2 states in 5 replicas: the
/// tooling alone makes results differ".
///
/// For modes as shipped whose seeds stand still, for environment and for ulp. "" for those whose
/// seeds vary, for those that must repeat, and for fewer than two replicas.
/// @param replicas  of one cell, each with a state; replica 0 first.
[[nodiscard]] std::string mode_words(const std::vector<const Record*>& replicas);

}  // namespace ndbench
