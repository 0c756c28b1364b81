#include "core/machine.h"

#include <fmt/format.h>
#include <hwloc.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <span>
#include <sstream>

extern char** environ;

namespace ndbench {
namespace {

/// The value of the first "key : value" line of /proc/cpuinfo.
std::string cpuinfo(const std::string& key) {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with(key) && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "";
}

std::string first_line(const char* path, const std::string& otherwise) {
  std::ifstream file(path);
  std::string line;
  return std::getline(file, line) ? line : otherwise;
}

std::vector<std::string> sorted_words(const std::string& text) {
  std::istringstream words(text);
  std::vector<std::string> result{std::istream_iterator<std::string>(words), {}};
  std::sort(result.begin(), result.end());
  return result;
}

void count_cores(Machine& machine) {
  hwloc_topology_t topology = nullptr;
  hwloc_topology_init(&topology);
  hwloc_topology_set_type_filter(topology, HWLOC_OBJ_MISC, HWLOC_TYPE_FILTER_KEEP_NONE);
  if (hwloc_topology_load(topology) == 0) {
    hwloc_bitmap_t bound = hwloc_bitmap_alloc();
    if (hwloc_get_cpubind(topology, bound, HWLOC_CPUBIND_PROCESS) == 0) {
      hwloc_topology_restrict(topology, bound, 0);
    }
    machine.cores = hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_CORE);
    machine.hardware_threads = hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_PU);
    hwloc_bitmap_free(bound);
  }
  hwloc_topology_destroy(topology);
  if (machine.hardware_threads < 1) machine.hardware_threads = 1;
  if (machine.cores < 1) machine.cores = machine.hardware_threads;
}

/// The variables whose "NAME=value" starts with one of these.
std::map<std::string, std::string> environment_with(std::span<const char* const> prefixes) {
  std::map<std::string, std::string> found;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto matches = [text](const char* prefix) { return text.starts_with(prefix); };
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos &&
        std::any_of(prefixes.begin(), prefixes.end(), matches)) {
      found.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return found;
}

}  // namespace

Machine read_machine() {
  Machine machine;
  utsname system{};
  uname(&system);
  machine.host_name = static_cast<const char*>(system.nodename);
  machine.kernel = fmt::format("{} {}", static_cast<const char*>(system.sysname),
                               static_cast<const char*>(system.release));
  machine.cpu_model = cpuinfo("model name");
  if (machine.cpu_model.empty()) machine.cpu_model = static_cast<const char*>(system.machine);
  std::string flags = cpuinfo("flags");
  if (flags.empty()) flags = cpuinfo("Features");  // as 64-bit Arm calls them
  machine.cpu_flags = sorted_words(flags);
  machine.virtualized = std::binary_search(machine.cpu_flags.begin(), machine.cpu_flags.end(),
                                           std::string("hypervisor"));
  machine.governor = first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "unknown");
  machine.memory_bytes = std::int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGESIZE);
  count_cores(machine);
  return machine;
}

std::array<double, 3> load_average() {
  std::array<double, 3> load{};
  if (getloadavg(load.data(), 3) != 3) load.fill(-1.0);
  return load;
}

std::map<std::string, std::string> compute_environment() {
  return environment_with(std::array{"OMP_", "GOMP_", "KMP_", "MKL_", "OPENBLAS_", "ONEDNN_",
                                     "DNNL_", "ATEN_", "TORCH_", "PYTORCH_", "CUDA_", "CUDNN_",
                                     "CUBLAS_", "NVIDIA_", "NCCL_", "MALLOC_",
                                     "GLIBC_TUNABLES=", "LD_PRELOAD=", "LD_LIBRARY_PATH="});
}

std::map<std::string, std::string> flag_environment() {
  return environment_with(std::array{"BENCHMARK_", "NDBENCH_"});
}

}  // namespace ndbench
