#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace ndbench {

/// How long a task was runnable without running, in nanoseconds, from the text of its `schedstat`
/// (time on a processor, time on a run queue, time slices). Nothing for any other text.
[[nodiscard]] std::optional<std::uint64_t> run_delay(std::string_view schedstat);

/// How long the threads of this process have waited for a processor.
///
/// The files stay open: to read them costs a microsecond a thread, and finding them several.
class RunQueue {
 public:
  RunQueue() = default;
  RunQueue(const RunQueue&) = delete;
  RunQueue& operator=(const RunQueue&) = delete;
  ~RunQueue() { close(); }

  /// Finds the threads that there are now. Those that start later are not seen.
  void find_threads();

  /// Seconds that they waited, all together, since the last call of this function or the one above;
  /// one that has ended since counts nothing. NaN where the kernel does not tell.
  [[nodiscard]] double waited();

 private:
  struct Thread {
    int file = -1;
    std::uint64_t delay = 0;  ///< when last read
  };

  void close();

  std::vector<Thread> threads_;
};

}  // namespace ndbench
