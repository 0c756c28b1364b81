#include "data/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "data/usable_cpus.h"

namespace ndbench {

void for_each_in_parallel(std::int64_t count, const std::function<void(std::int64_t)>& work) {
  std::atomic<std::int64_t> next = 0;
  std::mutex mutex;
  std::int64_t failed = count;
  std::exception_ptr failure;
  const auto loop = [&] {
    for (std::int64_t number = next++; number < count; number = next++) {
      try {
        work(number);
      } catch (...) {
        next = count;
        const std::lock_guard lock(mutex);
        if (number < failed) {
          failed = number;
          failure = std::current_exception();
        }
      }
    }
  };
  std::vector<std::jthread> threads;
  try {
    for (std::int64_t other = 1; other < std::min<std::int64_t>(usable_cpus(), count); ++other) {
      threads.emplace_back(loop);
    }
  } catch (const std::system_error&) {
    // With fewer threads it takes longer.
  }
  loop();
  threads.clear();
  if (failure != nullptr) {
    std::rethrow_exception(failure);
  }
}

}  // namespace ndbench
