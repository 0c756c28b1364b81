#include "thread_team.h"

#include <ATen/Parallel.h>

#include <string>
#include <system_error>
#include <utility>

#include "ndbench/error.h"

namespace ndbench {

ThreadTeam::ThreadTeam(std::size_t size)
    : edge_(static_cast<std::ptrdiff_t>(size) + 1), errors_(size) {
  try {
    for (std::size_t number = 0; number < size; ++number) {
      threads_.emplace_back([this, number] { serve(number); });
    }
  } catch (const std::system_error& error) {
    for (std::size_t missing = threads_.size(); missing < size; ++missing) {
      edge_.arrive_and_drop();
    }
    dismiss();
    throw Error("cannot start a thread for each of " + std::to_string(size) +
                " shards: " + error.what() + "; take fewer, or allow more threads");
  }
}

ThreadTeam::~ThreadTeam() { dismiss(); }

void ThreadTeam::dismiss() {
  work_ = nullptr;
  edge_.arrive_and_wait();
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

void ThreadTeam::run(const std::function<void(std::size_t)>& work) {
  work_ = &work;
  edge_.arrive_and_wait();
  edge_.arrive_and_wait();
  std::exception_ptr first;
  for (std::exception_ptr& error : errors_) {
    const std::exception_ptr thrown = std::exchange(error, nullptr);
    if (!first) {
      first = thrown;
    }
  }
  if (first) {
    std::rethrow_exception(first);
  }
}

void ThreadTeam::serve(std::size_t number) {
  at::init_num_threads();  // as many within an operation as the process has set
  while (true) {
    edge_.arrive_and_wait();
    if (work_ == nullptr) {
      return;
    }
    try {
      (*work_)(number);
    } catch (...) {
      errors_[number] = std::current_exception();
    }
    edge_.arrive_and_wait();
  }
}

}  // namespace ndbench
