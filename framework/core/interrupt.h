#pragma once

#include <sys/types.h>

#include <functional>
#include <utility>

namespace ndbench {

/// Thrown out of a wait when SIGINT or SIGTERM has arrived.
struct Interrupted {
  int signal;
};

/// Turns SIGINT and SIGTERM into a readable descriptor while alive, so that a run can end in
/// order. The first signal restores the default action: a second one ends the process at once.
class InterruptSignals {
 public:
  InterruptSignals();
  ~InterruptSignals();
  InterruptSignals(const InterruptSignals&) = delete;
  InterruptSignals& operator=(const InterruptSignals&) = delete;

  /// Readable when a signal has arrived; for poll().
  [[nodiscard]] int descriptor() const { return descriptor_; }

  /// @throws Interrupted if a signal has arrived, now or at an earlier call.
  void check();

  /// Whether a signal from this process is to be passed over, as if it had not arrived.
  using Filter = std::function<bool(int signal, pid_t sender)>;
  void set_filter(Filter filter) { filter_ = std::move(filter); }

 private:
  Filter filter_;
  int descriptor_;
  int received_ = 0;
};

}  // namespace ndbench
