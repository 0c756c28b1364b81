#include "core/parity_plan.h"

#include <algorithm>

namespace ndbench {
namespace {

bool is_same_pair(const Cell& a, const Cell& b) {
  return a.model.name == b.model.name && a.backend.name == b.backend.name;
}

}  // namespace

bool needs_parity(const Plan& plan, const Roster& roster, const Cell& cell) {
  const auto can_run = [&](const Cell& any) {
    return roster.outcome(any).status == Status::kPassed;
  };
  if (plan.parity.when == ParityCheck::When::kNever || !can_run(cell)) return false;
  if (plan.parity.when == ParityCheck::When::kAlways) return true;
  return std::any_of(plan.cells.begin(), plan.cells.end(), [&](const Cell& other) {
    return other.model.name == cell.model.name && other.backend.name != cell.backend.name &&
           can_run(other);
  });
}

std::size_t parity_cell(const Plan& plan, const Cell& cell) {
  const auto first_with = [&](const auto& condition) {
    return std::find_if(plan.cells.begin(), plan.cells.end(), [&](const Cell& other) {
      return is_same_pair(cell, other) && condition(other);
    });
  };
  auto found = first_with([](const Cell& other) { return !other.mode.is_deterministic(); });
  if (found == plan.cells.end()) found = first_with([](const Cell&) { return true; });
  return static_cast<std::size_t>(found - plan.cells.begin());
}

}  // namespace ndbench
