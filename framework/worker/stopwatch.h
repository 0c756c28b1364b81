#pragma once

#include <chrono>
#include <ctime>

namespace ndbench {

using Clock = std::chrono::steady_clock;

inline double seconds_between(Clock::time_point start, Clock::time_point end) {
  return std::chrono::duration<double>(end - start).count();
}

/// Processor time, seconds: of all threads of this process, or of one.
inline double cpu_seconds(clockid_t clock = CLOCK_PROCESS_CPUTIME_ID) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// Adds up what happens beside the measured work, so that it can be taken off.
class Pause {
 public:
  template <typename Work>
  void during(Work work) {
    const double cpu_start = cpu_seconds(CLOCK_THREAD_CPUTIME_ID);
    const Clock::time_point start = Clock::now();
    work();
    seconds += seconds_between(start, Clock::now());
    // Of this thread alone: others read data ahead meanwhile, which is a part of the epoch.
    thread_cpu_seconds += cpu_seconds(CLOCK_THREAD_CPUTIME_ID) - cpu_start;
  }

  /// What has been added since `before` was copied.
  [[nodiscard]] Pause operator-(const Pause& before) const {
    Pause difference;
    difference.seconds = seconds - before.seconds;
    difference.thread_cpu_seconds = thread_cpu_seconds - before.thread_cpu_seconds;
    return difference;
  }

  double seconds = 0.0;
  double thread_cpu_seconds = 0.0;
};

}  // namespace ndbench
