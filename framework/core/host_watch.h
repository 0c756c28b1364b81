#pragma once

#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/nvml.h"
#include "core/processor_time.h"

namespace ndbench {

/// How many tasks run or want to, from the text of /proc/loadavg.
[[nodiscard]] std::optional<int> parse_runnable(std::string_view loadavg);

/// Hertz, from the text of a scaling_cur_freq.
[[nodiscard]] std::optional<double> parse_frequency(std::string_view scaling_cur_freq);

/// What the kernel says of the machine at one moment.
struct HostReading {
  double seconds = 0.0;               ///< by a monotonic clock
  std::optional<ProcessorTime> time;  ///< of the processors that this process may use
  std::optional<int> runnable;        ///< on the whole machine, the reader among them
  std::vector<double> frequencies;    ///< hertz, fastest processor first; none where it is hidden
  int processors = 1;                 ///< that this process may use
  std::vector<GpuReading> gpus{};
};

[[nodiscard]] HostReading read_host();

/// Since some moment in the past, by a clock that is never set.
[[nodiscard]] double monotonic_seconds();

using ReadHost = std::function<HostReading()>;

/// What went on on the machine while a worker trained a block. NaN and nothing: not known.
struct HostLoad {
  static constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

  double window_seconds = 0.0;     ///< that the next two are taken over, the block at its end
  double steal_share = kUnknown;   ///< of the processor time that was wanted
  double others_cores = kUnknown;  ///< processors that others than the group's workers kept busy
  double frequency = kUnknown;     ///< hertz, after the block, mean over the fastest processors
  std::optional<int> runnable;     ///< besides ndbench, the least of before and after
  int processors = 1;
  std::string gpu_slowdown{};         ///< why the worker's GPU was slowed down; "" if it was not
  int gpu_others = 0;                 ///< processes of others on it, the fewer of before and after
  std::optional<double> gpu_clock{};  ///< hertz, after the block
};

/// Reads the machine before and after each block of a group's workers.
///
/// /proc/stat counts in ticks of 10 ms: a block shorter than kShortestWindow is judged together
/// with those before it. All that the group's workers do from the first begin() on must lie between
/// a begin() and an end(), or it counts as someone else's.
class HostWatch {
 public:
  static constexpr double kShortestWindow = 0.25;  ///< seconds

  explicit HostWatch(ReadHost read) : read_(std::move(read)) {}

  void begin();

  /// @param cpu_seconds  that the worker used since begin().
  /// @param threads      of the worker: over as many processors is the frequency taken.
  /// @param gpu          that it computes on, by its UUID; "" for none.
  [[nodiscard]] HostLoad end(double cpu_seconds, int threads, const std::string& gpu = "");

 private:
  struct Span {
    HostReading before;
    double cpu_seconds = 0.0;
  };

  ReadHost read_;
  std::vector<Span> spans_;
};

}  // namespace ndbench
