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

/// "fixed" against "noisy": what the words determinism and noise are for.
[[nodiscard]] bool is_of_determinism(const Tradeoff& tradeoff);

/// A metric as it is told to people: accuracies in points, 0.01 each.
struct MetricUnit {
  double factor;     ///< from the metric to the unit
  std::string name;  ///< "points of accuracy"
};
[[nodiscard]] MetricUnit unit_of(const std::string& metric);

/// "std 0.61 points of accuracy [0.42, 1.11], n = 10"; why not, where there is none.
[[nodiscard]] std::string spread_text(const ModeSummary& mode);

/// "-0.4 % … +0.9 %", or the value alone where there is no interval; of `pairs` pairs.
[[nodiscard]] std::string cost_range(const Ratio& cost);

}  // namespace ndbench
