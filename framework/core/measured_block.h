#pragma once

#include <limits>
#include <string>
#include <vector>

#include "core/host_watch.h"

namespace ndbench {

/// One block of steps of one mode: its samples, and what went on beside it.
struct MeasuredBlock {
  int block = 0;
  std::vector<double> seconds;     ///< one per timed step
  double cpu_seconds = 0.0;        ///< of the process, over the timed steps
  double run_queue_seconds = 0.0;  ///< of the process, over the timed steps; NaN: not known
  /// By the device's own clock, over the timed steps; NaN where the device is the CPU.
  double device_seconds = std::numeric_limits<double>::quiet_NaN();
  int threads = 1;  ///< of the worker, within an operation
  HostLoad host;
  std::string disturbed{};       ///< what disturbed it, in words; "" for nothing
  int times_before = 0;          ///< that the same block was measured before, and thrown out
  std::vector<double> losses{};  ///< of one that was measured again: those steps come after the
                                 ///< planned ones, on which the state depends
};

/// What disturbed a block, in words: "another process used 0.9 cores"; "" for nothing that shows.
///
/// Waiting counts only where the worker's threads have a processor each. The limits are explained
/// in architecture.md.
/// @param usual_frequency  the highest of the replica's blocks; NaN: not known.
[[nodiscard]] std::string disturbance_of(const MeasuredBlock& block, double usual_frequency);

/// Judges all of a replica's blocks of one mode.
void judge(std::vector<MeasuredBlock>& blocks);

}  // namespace ndbench
