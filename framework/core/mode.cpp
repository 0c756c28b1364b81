#include "core/mode.h"

namespace ndbench {
namespace {

/// What is asked of each library so that it gives the same bits every time.
const Tooling kDeterministic{{"deterministic", true},
                             {"fill_memory", true},
                             {"cudnn_deterministic", true},
                             {"cudnn_autotune", false},
                             {"cublas_workspace", ":4096:8"}};

/// As shipped, and with cuDNN choosing its fastest algorithms, as who is after speed sets it.
const Tooling kFast{{"deterministic", false},
                    {"fill_memory", false},
                    {"cudnn_deterministic", false},
                    {"cudnn_autotune", true},
                    {"cublas_workspace", ""}};

}  // namespace

const std::vector<Mode>& built_in_modes() {
  static const std::vector<Mode> modes{
      {.name = "fixed", .tooling = kDeterministic},
      {.name = "noisy",
       .init = true,
       .order = true,
       .augment = true,
       .dropout = true,
       .tooling = kFast},
      {.name = "algo",
       .init = true,
       .order = true,
       .augment = true,
       .dropout = true,
       .tooling = kDeterministic},
      {.name = "impl", .tooling = kFast},
      {.name = "environment", .environment = true, .tooling = kDeterministic},
      {.name = "ulp", .ulp = true, .tooling = kDeterministic},
  };
  return modes;
}

}  // namespace ndbench
