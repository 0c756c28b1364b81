#include "core/mode.h"

#include <algorithm>
#include <cassert>

namespace ndbench {
namespace {

/// What is asked of each library so that it gives the same bits every time.
const Tooling kDeterministic{{"deterministic", true},         {"fill_memory", true},
                             {"cudnn_deterministic", true},   {"cudnn_autotune", false},
                             {"cublas_workspace", ":4096:8"}, {"ordered_reduction", true}};

/// As shipped, and with cuDNN choosing its fastest algorithms, as who is after speed sets it.
const Tooling kFast{{"deterministic", false},       {"fill_memory", false},
                    {"cudnn_deterministic", false}, {"cudnn_autotune", true},
                    {"cublas_workspace", ""},       {"ordered_reduction", false}};

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

std::size_t reference_mode(std::span<const Mode> modes) {
  assert(!modes.empty());
  const auto place = [&](auto is_it) -> std::optional<std::size_t> {
    const auto found = std::find_if(modes.begin(), modes.end(), [&](const Mode& mode) {
      return !mode.part && !mode.environment && is_it(mode);
    });
    if (found == modes.end()) return std::nullopt;
    return static_cast<std::size_t>(found - modes.begin());
  };
  if (const auto noisy = place([](const Mode& mode) { return mode.name == "noisy"; })) {
    return *noisy;
  }
  if (const auto free = place([](const Mode& mode) { return !mode.is_deterministic(); })) {
    return *free;
  }
  return place([](const Mode&) { return true; }).value_or(0);
}

}  // namespace ndbench
