#include "data/usable_cpus.h"

#include <sched.h>

#include <algorithm>

namespace ndbench {

int usable_cpus() {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  // Fails where there are more CPUs than the set has room for: then one is safe to use.
  if (::sched_getaffinity(0, sizeof(cpus), &cpus) != 0) {
    return 1;
  }
  return std::max(CPU_COUNT(&cpus), 1);
}

}  // namespace ndbench
