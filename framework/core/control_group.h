#pragma once

#include <functional>
#include <optional>

#include "core/host_files.h"

namespace ndbench {

/// How many cores' worth of time the control groups (version 1 or 2) of this process allow, the
/// tightest of a group and those around it; infinity without a limit, nothing where it is hidden.
[[nodiscard]] std::optional<double> cpu_quota(const HostFiles& files);

/// In how many periods so far that quota was used up, or nothing where it is not counted.
[[nodiscard]] std::optional<double> throttled_periods(const HostFiles& files);

/// Bytes that this process and those in its control groups may still take before one of them is
/// killed, files' pages that can be dropped counted as free; infinity without a limit.
[[nodiscard]] double memory_left_in_group(const HostFiles& files);

/// How many processes the kernel has killed so far for want of memory: of the innermost control
/// group that counts them, or else of the host. Nothing where neither is told.
[[nodiscard]] std::optional<double> out_of_memory_kills(const HostFiles& files);

/// Reads that number.
using OomKills = std::function<std::optional<double>()>;

}  // namespace ndbench
