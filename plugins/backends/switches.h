#pragma once

#include <string>

#include "ndbench/backend.h"

namespace ndbench {

/// What the settings say of a switch, or else `otherwise`.
[[nodiscard]] inline bool is_switched(const Settings& settings, const std::string& name,
                                      bool otherwise) {
  const auto found = settings.switches.find(name);
  return found == settings.switches.end() ? otherwise : found->second;
}

/// As Scope::in_force() tells a switch.
[[nodiscard]] inline std::string switch_text(bool is_on) { return is_on ? "true" : "false"; }

}  // namespace ndbench
