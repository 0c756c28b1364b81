#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ndbench {

/// An NVIDIA GPU as the management library (NVML) of its driver tells it. Nothing where a board or
/// a container hides it.
struct GpuFacts {
  std::string uuid;  ///< "GPU-1a2b…"
  std::string name;  ///< "NVIDIA H200"
  std::string driver;
  std::optional<std::int64_t> memory_bytes{};
  std::optional<double> power_limit{};    ///< watts
  std::optional<double> highest_clock{};  ///< hertz, of the multiprocessors
  std::optional<bool> has_ecc{};
};

/// A GPU at one moment.
struct GpuReading {
  std::string uuid{};
  std::optional<double> clock{};  ///< hertz, of the multiprocessors
  std::uint64_t slowdowns = 0;    ///< NVML's reasons for a lower clock, as bits
  /// Processes that compute on it and are not workers of this one. One that this PID namespace does
  /// not show is not counted: it may be a worker under another number.
  int others = 0;
};

/// All GPUs of this machine; none where there is no NVML, which is loaded by name when first asked.
[[nodiscard]] std::vector<GpuFacts> read_gpu_facts();
[[nodiscard]] std::vector<GpuReading> read_gpus();

/// Why the clock is lower than the load and the user's settings ask for: "it is too hot"; "" where
/// it is not. A power cap that is reached is how a board is meant to run, and is none.
[[nodiscard]] std::string slowdown_words(std::uint64_t slowdowns);

}  // namespace ndbench
