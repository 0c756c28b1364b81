#pragma once

#include <string>
#include <vector>

#include "core/fitness.h"

namespace ndbench {

/// What a doctor found, and over what.
struct Diagnosis {
  std::string host_name;
  std::string cpu_model;
  double seconds = 0.0;  ///< watched
  std::vector<Check> checks;

  [[nodiscard]] bool is_fit() const { return worst(checks) != Fitness::kUnfit; }
};

/// For a terminal of 80 columns: the worst first.
[[nodiscard]] std::string text_of(const Diagnosis& diagnosis);

/// One JSON object.
[[nodiscard]] std::string json_of(const Diagnosis& diagnosis);

}  // namespace ndbench
