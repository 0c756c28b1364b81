#pragma once

#include <string>
#include <vector>

namespace ndbench {

/// What differs between replicas, and which tooling is in force. Any combination has a name.
struct Mode {
  std::string name;
  bool init = false;           ///< initial weights vary
  bool order = false;          ///< order of the examples varies
  bool augment = false;        ///< augmentation varies
  bool dropout = false;        ///< stochastic layers vary
  bool deterministic = false;  ///< only deterministic algorithms

  /// Replicas of such a cell must end in the same bits, or determinism is breached.
  [[nodiscard]] bool must_repeat() const {
    return deterministic && !init && !order && !augment && !dropout;
  }

  friend bool operator==(const Mode&, const Mode&) = default;
};

/// fixed (the literature's CONTROL), noisy (ALGO+IMPL), algo, impl.
[[nodiscard]] const std::vector<Mode>& built_in_modes();

}  // namespace ndbench
