#pragma once

#include <string>
#include <vector>

#include "core/summary.h"

namespace ndbench {

/// What a mode costs on one backend, beside how far the reference's results scatter there: the
/// price of determinism and what it buys.
struct Tradeoff {
  std::string group;  ///< where the cost was measured: "resnet8/onednn/step"
  std::string model;
  std::string backend;
  std::string target;
  std::string mode;
  std::string reference;
  Ratio cost;
  std::string spread_group{};           ///< "" where no results were measured
  const ModeSummary* spread = nullptr;  ///< the reference's results; nullptr where there are none
};

/// Of each model on each backend, in the summary's order: each mode whose cost was measured, by the
/// time of a step where that is known and else by that of an epoch. They point into `summary`.
[[nodiscard]] std::vector<Tradeoff> tradeoffs_of(const Summary& summary);

/// A metric as it is told to people: accuracies in points, 0.01 each.
struct MetricUnit {
  double factor;     ///< from the metric to the unit
  std::string name;  ///< "points of accuracy"
};
[[nodiscard]] MetricUnit unit_of(const std::string& metric);

/// "std 0.61 points of accuracy [0.42, 1.11], n = 10"; why not, where there is none.
[[nodiscard]] std::string spread_text(const ModeSummary& mode);

/// Both: "Determinism costs nothing measurable for resnet8 on onednn (-0.4 % … +0.9 %, 6 pairs):
/// from +1.1 % on it would be seen; noisy runs: std 0.61 points of accuracy [0.42, 1.11], n = 10."
[[nodiscard]] std::string sentence(const Tradeoff& tradeoff);

}  // namespace ndbench
