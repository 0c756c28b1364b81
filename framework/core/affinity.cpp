#include "core/affinity.h"

#include <sched.h>

#include <cerrno>
#include <memory>
#include <system_error>

namespace ndbench {
namespace {

/// A set of processors of any machine's size; glibc's cpu_set_t ends at 1024.
class ProcessorSet {
 public:
  ProcessorSet() { CPU_ZERO_S(bytes_, set_.get()); }

  void add(int processor) { CPU_SET_S(static_cast<std::size_t>(processor), bytes_, set_.get()); }

  [[nodiscard]] Processors processors() const {
    Processors result;
    for (int processor = 0; processor < kMost; ++processor) {
      const auto index = static_cast<std::size_t>(processor);
      if (CPU_ISSET_S(index, bytes_, set_.get())) result.push_back(processor);
    }
    return result;
  }

  /// Of this thread; these two return 0 or an error number.
  [[nodiscard]] int read_binding() {
    return sched_getaffinity(0, bytes_, set_.get()) == 0 ? 0 : errno;
  }
  [[nodiscard]] int bind() const {
    return sched_setaffinity(0, bytes_, set_.get()) == 0 ? 0 : errno;
  }

 private:
  struct Free {
    void operator()(cpu_set_t* set) const { CPU_FREE(set); }
  };
  static constexpr int kMost = 1 << 16;  // Linux allows 8192

  std::size_t bytes_ = CPU_ALLOC_SIZE(kMost);
  std::unique_ptr<cpu_set_t, Free> set_{CPU_ALLOC(kMost)};
};

}  // namespace

Processors usable_processors() {
  ProcessorSet set;
  if (set.read_binding() != 0) return {};
  return set.processors();
}

int on_processors(const Processors& processors, const std::function<int()>& start) {
  if (processors.empty()) return start();
  ProcessorSet before;
  if (const int error = before.read_binding(); error != 0) return error;
  ProcessorSet wanted;
  for (const int processor : processors) wanted.add(processor);
  if (const int error = wanted.bind(); error != 0) return error;
  const int error = start();
  if (const int refused = before.bind(); refused != 0) {
    throw std::system_error(refused, std::generic_category(),
                            "cannot return to the processors that ndbench was started on");
  }
  return error;
}

}  // namespace ndbench
