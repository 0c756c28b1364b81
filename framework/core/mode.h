#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/knob.h"

namespace ndbench {

/// What a mode between two others is for: their difference in time, split over the knobs in which
/// their tooling differs.
struct KnobPart {
  std::string mode;          ///< whose cost is split
  std::string reference;     ///< against which it costs
  std::string knob;          ///< the one that this mode adds
  bool is_in_order = false;  ///< to the knobs before it in knobs(), rather than alone

  friend bool operator==(const KnobPart&, const KnobPart&) = default;
};

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

  /// Of the tooling, the knobs that a suite itself asks for. A backend without one of them skips
  /// the mode; of the others a backend takes those that it has.
  std::set<std::string> demanded{};
  std::optional<KnobPart> part{};  ///< of the modes that knob_modes() makes

  /// Only deterministic algorithms.
  [[nodiscard]] bool is_deterministic() const { return is_on(tooling, "deterministic"); }

  /// Replicas of such a cell must end in the same bits, or determinism is breached.
  [[nodiscard]] bool must_repeat() const { return must_repeat_in_environment() && !environment; }

  /// The same of those replicas whose tooling is the same.
  [[nodiscard]] bool must_repeat_in_environment() const {
    return is_deterministic() && !init && !order && !augment && !dropout && !ulp;
  }

  friend bool operator==(const Mode&, const Mode&) = default;
};

/// fixed (the literature's CONTROL), noisy (ALGO+IMPL), algo, impl, environment, ulp.
[[nodiscard]] const std::vector<Mode>& built_in_modes();

/// The place in `modes` of the one that costs are relative to: `noisy`, or else the first that
/// allows non-deterministic algorithms, or else the first. Not one whose environment varies, if
/// there is another. Parts of a cost come after all others.
/// @pre there is one.
[[nodiscard]] std::size_t reference_mode(std::span<const Mode> modes);

}  // namespace ndbench
