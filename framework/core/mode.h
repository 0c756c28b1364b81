#pragma once

#include <string>
#include <vector>

#include "core/knob.h"

namespace ndbench {

/// What differs between replicas, and which tooling is in force. Any combination has a name.
struct Mode {
  std::string name;
  bool init = false;         ///< initial weights vary
  bool order = false;        ///< order of the examples varies
  bool augment = false;      ///< augmentation varies
  bool dropout = false;      ///< stochastic layers vary
  bool environment = false;  ///< threads and instruction sets vary
  bool ulp = false;          ///< one initial weight, another in each replica, is moved by one ulp
  Tooling tooling{};

  /// Only deterministic algorithms.
  [[nodiscard]] bool is_deterministic() const { return is_on(tooling, "deterministic"); }

  /// Replicas of such a cell must end in the same bits, or determinism is breached.
  [[nodiscard]] bool must_repeat() const {
    return is_deterministic() && !init && !order && !augment && !dropout && !environment && !ulp;
  }

  friend bool operator==(const Mode&, const Mode&) = default;
};

/// fixed (the literature's CONTROL), noisy (ALGO+IMPL), algo, impl, environment, ulp.
[[nodiscard]] const std::vector<Mode>& built_in_modes();

}  // namespace ndbench
