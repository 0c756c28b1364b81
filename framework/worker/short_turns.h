#pragma once

#include <atomic>
#include <chrono>
#include <thread>

namespace ndbench {

/// Cuts the turns of threads that share a processor short, from its making to its end.
///
/// oneDNN's generated kernels wait for each other in a loop. Where two of their threads have one
/// processor, the one that waits keeps it until the kernel's next tick, four milliseconds where
/// there are 250 a second. A thread that does nothing but wake up makes the kernel choose again.
/// It changes no result; architecture.md has the measurements.
class ShortTurns {
 public:
  /// Shorter ones cost more in wake-ups than they save.
  static constexpr std::chrono::microseconds kTurn{200};

  /// Does nothing where every thread can have a processor.
  ShortTurns(int threads, int processors);
  ~ShortTurns();

  ShortTurns(const ShortTurns&) = delete;
  ShortTurns& operator=(const ShortTurns&) = delete;

  [[nodiscard]] bool is_cutting() const { return waker_.joinable(); }

 private:
  std::atomic<bool> ends_ = false;
  std::thread waker_;
};

}  // namespace ndbench
