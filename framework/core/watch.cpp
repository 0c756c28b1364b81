#include "core/watch.h"

#include <poll.h>

#include <algorithm>
#include <chrono>

namespace ndbench {

void wait_for_any(const std::vector<Worker*>& workers, InterruptSignals& signals) {
  using Clock = std::chrono::steady_clock;
  signals.check();
  std::vector<pollfd> ready{{signals.descriptor(), POLLIN, 0}};
  auto deadline = Clock::time_point::max();
  for (const Worker* worker : workers) {
    const Watch watch = worker->watch();
    deadline = std::min(deadline, watch.deadline);
    // A negative one, of what is closed, is passed over by poll().
    for (const int descriptor : watch.descriptors) ready.push_back({descriptor, POLLIN, 0});
  }
  // poll() takes an int. Who asks again after a wait for nothing waits on.
  constexpr auto kLongest = std::chrono::milliseconds(60'000);
  const auto now = Clock::now();
  const auto left = deadline <= now ? std::chrono::milliseconds(0)
                    : deadline - now < kLongest
                        ? std::chrono::ceil<std::chrono::milliseconds>(deadline - now)
                        : kLongest;
  poll(ready.data(), ready.size(), static_cast<int>(left.count()));
  signals.check();
}

}  // namespace ndbench
