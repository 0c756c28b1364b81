#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/host_files.h"
#include "core/host_lock.h"
#include "core/machine.h"

namespace ndbench {

/// How the clock that times steps behaves, measured on this host.
struct ClockCost {
  double resolution_seconds = 0.0;  ///< the smallest step that it was seen to make
  double read_seconds = 0.0;        ///< that one reading takes, median
};

/// The place that results would be written to.
struct ResultsPlace {
  std::string folder;      ///< the one asked for
  std::string unwritable;  ///< why nothing can be written there; "" if something can
  double free_bytes = 0.0;
};

/// What stands still on a host, or is meant to, and bears on measuring. Nothing where the host
/// does not tell.
struct HostFacts {
  Machine machine;
  std::vector<int> cpus;  ///< that this process may use
  int online_cpus = 0;
  std::optional<bool> smt;  ///< two hardware threads of one core may both be busy

  std::optional<double> load;            ///< over the last minute
  std::optional<double> cpu_quota;       ///< cores' worth of time; infinity: no limit
  std::vector<std::string> governors{};  ///< of the CPUs, each once
  std::optional<bool> turbo;
  std::optional<double> slowest_hertz, fastest_hertz;  ///< of the CPUs, now
  std::optional<double> most_hertz, allowed_hertz;     ///< hardware's and the policy's limit
  std::optional<double> available_bytes;               ///< of memory, this group's limit considered
  std::optional<double> swap_used_bytes;
  std::string huge_pages{};    ///< "always", "madvise", "never"
  std::string clock_source{};  ///< "tsc"
  ClockCost clock;
  bool has_run_delay = false;   ///< /proc/self/schedstat counts the time a thread waits
  std::string no_counters{};    ///< why hardware counters cannot be read; "" if they can
  std::optional<double> aslr;   ///< kernel.randomize_va_space
  std::optional<bool> battery;  ///< runs on one; nothing if there is none to be seen
  std::optional<bool> numa_balancing;

  ResultsPlace results;
  std::map<std::string, std::string> environment{};  ///< variables that change computing
  std::vector<MeasuringRun> runs{};                  ///< other runs of ndbench that measure now
};

/// Reads all but what takes time to see; see host_sample.h. Changes nothing.
[[nodiscard]] HostFacts read_host_facts(const HostFiles& files,
                                        const std::filesystem::path& results);

/// Reads the steady clock for some milliseconds.
[[nodiscard]] ClockCost measure_clock();

}  // namespace ndbench
