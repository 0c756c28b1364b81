#pragma once

#include <optional>
#include <string_view>

#include "core/core_sets.h"

namespace ndbench {

/// Seconds since the machine started, of some of its processors together.
struct ProcessorTime {
  double busy = 0.0;   ///< running anything
  double steal = 0.0;  ///< wanting to run while the host ran something else
};

/// Of `processors`, from the text of /proc/stat; nothing if one of them is not in it.
[[nodiscard]] std::optional<ProcessorTime> parse_processor_time(std::string_view stat,
                                                                const Processors& processors,
                                                                double ticks_per_second);

}  // namespace ndbench
