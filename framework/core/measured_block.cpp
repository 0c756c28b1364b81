#include "core/measured_block.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ndbench {
namespace {

// Times in /proc/stat come in ticks, several counters rounded each: what a window of an idle
// machine shows for other processes stays below three of them.
constexpr double kTick = 0.01;
constexpr double kUncertain = 3.0 * kTick;

constexpr double kOthersCores = 0.15;    ///< on top of what is uncertain
constexpr double kOthersShare = 0.02;    ///< of all processors, where that is more
constexpr double kStealShare = 0.03;     ///< of the processor time that was wanted
constexpr double kWaitShare = 0.02;      ///< of the time of all threads
constexpr double kLeastWait = 0.0005;    ///< seconds
constexpr double kFrequencyLoss = 0.15;  ///< of the highest

}  // namespace

std::string disturbance_of(const MeasuredBlock& block, double usual_frequency) {
  const HostLoad& host = block.host;
  const double others = host.others_cores * host.window_seconds;
  const double limit = std::max(kOthersCores, kOthersShare * host.processors);
  if (others > limit * host.window_seconds + kUncertain) {
    return fmt::format("another process used {:.1f} cores", host.others_cores);
  }
  if (!host.gpu_slowdown.empty()) {
    return fmt::format("the GPU was slowed down: {}", host.gpu_slowdown);
  }
  if (host.gpu_others > 0) {
    return fmt::format("{} other process{} computed on the GPU", host.gpu_others,
                       host.gpu_others == 1 ? "" : "es");
  }
  // Comparisons with NaN, for what is not known, are false.
  const double elapsed = std::accumulate(block.seconds.begin(), block.seconds.end(), 0.0);
  const double waited = block.run_queue_seconds / (elapsed * block.threads);
  if (block.threads <= host.processors && waited > kWaitShare &&
      block.run_queue_seconds > kLeastWait) {
    return fmt::format("its threads waited {:.{}f} % of the time for a core", 100.0 * waited,
                       waited < 0.1 ? 1 : 0);
  }
  if (host.steal_share > kStealShare + kUncertain / host.window_seconds) {
    return fmt::format("{:.0f} % of the time was stolen by the host", 100.0 * host.steal_share);
  }
  if (const double lost = 1.0 - host.frequency / usual_frequency; lost > kFrequencyLoss) {
    return fmt::format("the frequency fell by {:.0f} %", 100.0 * lost);
  }
  return "";
}

void judge(std::vector<MeasuredBlock>& blocks) {
  double highest = HostLoad::kUnknown;
  for (const MeasuredBlock& block : blocks) highest = std::fmax(highest, block.host.frequency);
  for (MeasuredBlock& block : blocks) block.disturbed = disturbance_of(block, highest);
}

}  // namespace ndbench
