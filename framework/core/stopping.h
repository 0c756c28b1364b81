#pragma once

#include <string>

#include "core/step_cost.h"

namespace ndbench {

/// When a group of cells has been measured often enough: sequential stopping.
struct StoppingRule {
  double precision = 0.0;   ///< widest half-interval of a cost that is wanted, 0.02: 2 %
  double time_cap = 600.0;  ///< seconds of measuring after which a group is left as it is
  int least = 6;            ///< replicas before the first look
  int most = 200;           ///< replicas
};

/// Whether to stop, and if so which condition stays unmet.
struct StoppingDecision {
  bool stop = false;
  std::string unmet{};  ///< "stopped after 600 s: overhead of fixed is known to ±2.4 %, not ±1 %;
                        ///< about 31 more replicas"; "" if the precision was reached
};

/// Decides after `replicas` replicas and `seconds` of measuring the group. A group in which nothing
/// can be compared stops at the least number.
[[nodiscard]] StoppingDecision decide(const StoppingRule& rule, const GroupCost& cost, int replicas,
                                      double seconds);

}  // namespace ndbench
