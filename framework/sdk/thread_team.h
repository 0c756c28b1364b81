#pragma once

#include <barrier>
#include <cstddef>
#include <exception>
#include <functional>
#include <thread>
#include <vector>

namespace ndbench {

/// Threads that share each piece of work. They outlive it, because libraries keep what they have
/// found out by thread: teams of OpenMP, the algorithms that cuDNN chose.
class ThreadTeam {
 public:
  explicit ThreadTeam(std::size_t size);
  ~ThreadTeam();
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;

  /// Calls work(0), work(1), … at the same time, each number always on the same thread, and waits
  /// for all.
  /// @throws what they threw; of several exceptions that of the lowest number.
  void run(const std::function<void(std::size_t)>& work);

 private:
  void serve(std::size_t number);
  void dismiss();

  std::barrier<> edge_;  ///< where a piece of work begins, and where it ends
  const std::function<void(std::size_t)>* work_ = nullptr;  ///< nullptr: there is no more
  std::vector<std::exception_ptr> errors_;
  std::vector<std::thread> threads_;
};

}  // namespace ndbench
