#include "core/mode.h"

namespace ndbench {

const std::vector<Mode>& built_in_modes() {
  static const std::vector<Mode> modes{
      {.name = "fixed", .deterministic = true},
      {.name = "noisy", .init = true, .order = true, .augment = true, .dropout = true},
      {.name = "algo",
       .init = true,
       .order = true,
       .augment = true,
       .dropout = true,
       .deterministic = true},
      {.name = "impl"},
  };
  return modes;
}

}  // namespace ndbench
