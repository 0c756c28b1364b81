#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace ndbench {

/// What this process can tell about the machine it runs on. Read, never changed.
struct Machine {
  std::string host_name;
  std::string kernel;                  ///< "Linux 6.1.0-13-amd64"
  std::string cpu_model;               ///< "AMD EPYC"
  std::vector<std::string> cpu_flags;  ///< as /proc/cpuinfo lists them, sorted
  int cores = 0;                       ///< physical ones that this process may use
  int hardware_threads = 0;            ///< logical ones that this process may use
  std::string governor;                ///< of the first CPU; "unknown" where the kernel hides it
  std::int64_t memory_bytes = 0;
  bool virtualized = false;
};

[[nodiscard]] Machine read_machine();

/// Over 1, 5 and 15 minutes.
[[nodiscard]] std::array<double, 3> load_average();

/// The variables set in this process that change how LibTorch and its libraries compute.
[[nodiscard]] std::map<std::string, std::string> compute_environment();

/// The variables set in this process that act as flags of ndbench: BENCHMARK_*, NDBENCH_*.
[[nodiscard]] std::map<std::string, std::string> flag_environment();

}  // namespace ndbench
