#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace ndbench {

/// What a worker may take, and how often another one is tried: a suite's [limits].
struct WorkerLimits {
  /// Seconds by phase, within one request; one that is not here has those of --timeout.
  std::map<std::string, double> seconds{};
  std::int64_t memory_bytes = 0;  ///< of its data segment, as RLIMIT_DATA counts; 0: no limit
  int processes = 256;            ///< the most that it may have started and that run
  int retries = 0;                ///< where a worker died or did not answer in time
};

}  // namespace ndbench
