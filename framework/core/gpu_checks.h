#pragma once

#include <span>
#include <vector>

#include "core/fitness.h"
#include "core/nvml.h"

namespace ndbench {

/// How each NVIDIA GPU that the driver tells of is, and whether it is slowed down or somebody else
/// computes on it. One check, "gpu", where there is none.
/// @param readings  of the same moment; those of GPUs that are not among `gpus` say nothing.
[[nodiscard]] std::vector<Check> gpu_checks(std::span<const GpuFacts> gpus,
                                            std::span<const GpuReading> readings);

}  // namespace ndbench
