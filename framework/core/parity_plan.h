#pragma once

#include <cstddef>

#include "core/plan.h"
#include "core/roster.h"

namespace ndbench {

/// Whether the backend of `cell` is compared with a reference before its cells are measured: as the
/// plan asks; by default where the model is measured on another backend, too, that can run here,
/// so that a difference between the two would be put down to them.
[[nodiscard]] bool needs_parity(const Plan& plan, const Roster& roster, const Cell& cell);

/// Which cell of the same model and backend the comparison is made with: the first with tooling as
/// shipped, or else the first.
[[nodiscard]] std::size_t parity_cell(const Plan& plan, const Cell& cell);

}  // namespace ndbench
