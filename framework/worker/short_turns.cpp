#include "worker/short_turns.h"

#include <sys/prctl.h>

namespace ndbench {
ShortTurns::ShortTurns(int threads, int processors) {
  if (threads <= processors) return;
  waker_ = std::thread([this] {
    prctl(PR_SET_NAME, "short turns");
    prctl(PR_SET_TIMERSLACK, 1UL);  // nanosecond; 50 us otherwise
    while (!ends_.load(std::memory_order_relaxed)) std::this_thread::sleep_for(kTurn);
  });
}

ShortTurns::~ShortTurns() {
  ends_.store(true, std::memory_order_relaxed);
  if (waker_.joinable()) waker_.join();
}

}  // namespace ndbench
