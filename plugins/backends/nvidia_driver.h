#pragma once

#include <map>
#include <string>

namespace ndbench {

/// What keeps NVIDIA's driver from offering a device here, asked of the driver itself, which is
/// loaded by name: no driver, none that starts, no device. "" if it has one.
[[nodiscard]] std::string driver_problem();

/// What the driver tells of a device and of itself: "gpu" → "NVIDIA H200", "gpu_uuid" →
/// "GPU-1a2b…", "cuda_driver" → "13.0".
/// @pre  driver_problem() is empty.
[[nodiscard]] std::map<std::string, std::string> driver_facts(int device);

}  // namespace ndbench
