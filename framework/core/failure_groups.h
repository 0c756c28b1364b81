#pragma once

#include <string>
#include <vector>

#include "core/record.h"

namespace ndbench {

/// Replicas of one cell that ended in the same way, and not well.
struct FailureGroup {
  std::string name;  ///< of the benchmark
  Outcome outcome;
  std::vector<int> replicas;
  std::size_t of = 0;  ///< replicas of the cell that were tried

  [[nodiscard]] bool is_breach() const { return outcome.exit_code == ExitCode::kDeterminismBreach; }
  [[nodiscard]] const char* word() const;  ///< "breach", "failed", "skipped"
};

/// Worst first: breaches, failures, what was skipped; and within each as `records` have them.
[[nodiscard]] std::vector<FailureGroup> failures_in(const std::vector<Record>& records);

}  // namespace ndbench
