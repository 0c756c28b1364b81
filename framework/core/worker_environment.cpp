#include "core/worker_environment.h"

#include <cstdlib>

namespace ndbench {

std::map<std::string, std::string> worker_environment(const Tooling& tooling, int threads,
                                                      std::size_t processors) {
  const std::string count = std::to_string(threads);
  std::map<std::string, std::string> environment{{"OMP_NUM_THREADS", count},
                                                 {"MKL_NUM_THREADS", count},
                                                 {"OPENBLAS_NUM_THREADS", count},
                                                 {"OMP_DYNAMIC", "false"},
                                                 {"MKL_DYNAMIC", "false"}};
  for (const auto& [name, value] : tooling) {
    const Knob* knob = find_knob(name);
    if (knob == nullptr || knob->kind != Knob::Kind::kVariable) continue;
    environment[knob->variable] = std::get<std::string>(value);
  }
  // A user's own choice of any of these stands.
  const auto set_default = [&environment](const char* name, const char* value) {
    if (std::getenv(name) == nullptr) environment[name] = value;
  };
  // Threads that wait by spinning take the core from whoever they wait for as soon as the machine
  // has another guest; threads that sleep at once take longer to wake than a small operation. So
  // they spin for some ten microseconds, then sleep: architecture.md has the measurements.
  const auto policy = environment.find("OMP_WAIT_POLICY");
  const bool is_given = policy == environment.end() ? std::getenv("OMP_WAIT_POLICY") != nullptr
                                                    : !policy->second.empty();
  if (!is_given) {
    // Who spins where threads are more than processors keeps off whom it waits for.
    const bool crowded = processors > 0 && static_cast<std::size_t>(threads) > processors;
    set_default("GOMP_SPINCOUNT", crowded ? "0" : "1000");
  }
  // glibc moves these with what a process happened to free before, and the time of a step with
  // them: up to 2.5-fold measured. 32 MiB is the most it takes for the first.
  set_default("MALLOC_MMAP_THRESHOLD_", "33554432");
  set_default("MALLOC_TRIM_THRESHOLD_", "1073741824");
  return environment;
}

}  // namespace ndbench
