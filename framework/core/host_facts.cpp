#include "core/host_facts.h"

#include <fmt/format.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <set>
#include <sstream>

#include "core/control_group.h"
#include "core/printable.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

std::vector<int> usable_cpus() {
  constexpr int kMost = 8192;
  std::vector<int> cpus;
  cpu_set_t* set = CPU_ALLOC(kMost);
  const std::size_t size = CPU_ALLOC_SIZE(kMost);
  CPU_ZERO_S(size, set);
  if (sched_getaffinity(0, size, set) == 0) {
    for (int cpu = 0; cpu < kMost; ++cpu) {
      if (CPU_ISSET_S(cpu, size, set)) cpus.push_back(cpu);
    }
  }
  CPU_FREE(set);
  return cpus;
}

std::optional<bool> flag(const std::optional<double>& number) {
  return number ? std::optional(*number != 0.0) : std::nullopt;
}

/// "always [madvise] never" → "madvise"
std::string chosen(const std::string& text) {
  const std::size_t open = text.find('[');
  const std::size_t close = text.find(']', open);
  if (open == std::string::npos || close == std::string::npos) return "";
  return printable(text.substr(open + 1, close - open - 1));
}

/// Of all CPUs, from "cpu MHz : 2445.4".
std::vector<double> cpuinfo_hertz(const HostFiles& files) {
  std::istringstream lines(files.text("/proc/cpuinfo").value_or(""));
  std::vector<double> result;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t colon = line.find(": ");
    if (!line.starts_with("cpu MHz") || colon == std::string::npos) continue;
    if (const auto mhz = to_number(line.substr(colon + 2))) result.push_back(*mhz * 1e6);
  }
  return result;
}

/// The kernel's drivers give frequencies in kHz; where there is none, as in most virtual machines,
/// /proc/cpuinfo may still know one.
void read_frequencies(const HostFiles& files, HostFacts& facts) {
  std::set<std::string> governors;
  std::vector<double> now;
  for (const int cpu : facts.cpus) {
    const std::string folder = fmt::format("/sys/devices/system/cpu/cpu{}/cpufreq/", cpu);
    const auto governor = files.line(folder + "scaling_governor");
    if (governor && !governor->empty()) governors.insert(printable(*governor));
    if (const auto khz = files.number(folder + "scaling_cur_freq")) now.push_back(*khz * 1e3);
    const auto most = files.number(folder + "cpuinfo_max_freq");
    const auto allowed = files.number(folder + "scaling_max_freq");
    if (most) facts.most_hertz = std::max(facts.most_hertz.value_or(0.0), *most * 1e3);
    if (allowed) facts.allowed_hertz = std::max(facts.allowed_hertz.value_or(0.0), *allowed * 1e3);
  }
  facts.governors.assign(governors.begin(), governors.end());
  if (now.empty()) now = cpuinfo_hertz(files);
  if (!now.empty()) {
    facts.slowest_hertz = *std::min_element(now.begin(), now.end());
    facts.fastest_hertz = *std::max_element(now.begin(), now.end());
  }
  const auto no_turbo = files.number("/sys/devices/system/cpu/intel_pstate/no_turbo");
  if (no_turbo) facts.turbo = *no_turbo == 0.0;
  if (!facts.turbo) facts.turbo = flag(files.number("/sys/devices/system/cpu/cpufreq/boost"));
}

void read_memory(const HostFiles& files, HostFacts& facts) {
  constexpr double kKilobyte = 1024.0;
  if (const auto available = files.value("/proc/meminfo", "MemAvailable")) {
    facts.available_bytes = std::min(*available * kKilobyte, memory_left_in_group(files));
  }
  const auto swap = files.value("/proc/meminfo", "SwapTotal");
  const auto free_swap = files.value("/proc/meminfo", "SwapFree");
  if (swap && free_swap) facts.swap_used_bytes = std::max(0.0, *swap - *free_swap) * kKilobyte;
}

/// Whether a battery of the host discharges.
std::optional<bool> on_battery(const HostFiles& files) {
  std::optional<bool> result;
  for (const std::string& name : files.names("/sys/class/power_supply")) {
    const std::string folder = "/sys/class/power_supply/" + name + "/";
    const std::string type = files.line(folder + "type").value_or("");
    // A mouse has a battery, too; its scope is "Device".
    if (files.line(folder + "scope").value_or("System") != "System") continue;
    if (type == "Battery") {
      const bool drains = files.line(folder + "status").value_or("") == "Discharging";
      result = result.value_or(false) || drains;
    }
  }
  return result;
}

/// Opens a counter of this process's instructions, and closes it.
std::string why_no_counters() {
  perf_event_attr attributes{};
  attributes.type = PERF_TYPE_HARDWARE;
  attributes.size = sizeof attributes;
  attributes.config = PERF_COUNT_HW_INSTRUCTIONS;
  attributes.disabled = 1;
  attributes.exclude_kernel = 1;
  attributes.exclude_hv = 1;
  const auto counter =
      static_cast<int>(syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC));
  if (counter < 0) return std::strerror(errno);
  close(counter);
  return "";
}

/// Looks at the folder, or where it is not there yet at the nearest one around it.
ResultsPlace look_at(const fs::path& results) {
  ResultsPlace place{results.string(), "", 0.0};
  std::error_code error;
  fs::path folder = fs::absolute(results, error).lexically_normal();
  while (!fs::exists(folder, error) && folder.has_relative_path()) folder = folder.parent_path();
  if (!fs::is_directory(folder, error)) {
    place.unwritable = fmt::format("'{}' is not a folder", printable(folder.string()));
    return place;
  }
  if (access(folder.c_str(), W_OK | X_OK) != 0) {
    place.unwritable = fmt::format("'{}': {}", printable(folder.string()), std::strerror(errno));
    return place;
  }
  struct statvfs system {};
  if (statvfs(folder.c_str(), &system) != 0) {
    place.unwritable = fmt::format("'{}': {}", printable(folder.string()), std::strerror(errno));
    return place;
  }
  place.free_bytes = static_cast<double>(system.f_bavail) * static_cast<double>(system.f_frsize);
  return place;
}

}  // namespace

ClockCost measure_clock() {
  using Clock = std::chrono::steady_clock;
  constexpr int kBatches = 101;
  constexpr int kReadings = 200;
  const auto seconds = [](Clock::duration time) {
    return std::chrono::duration<double>(time).count();
  };
  ClockCost cost{1.0, 0.0};
  std::vector<double> readings;
  for (int batch = 0; batch < kBatches; ++batch) {
    const Clock::time_point start = Clock::now();
    Clock::time_point before = start;
    for (int reading = 0; reading < kReadings; ++reading) {
      const Clock::time_point now = Clock::now();
      if (now > before)
        cost.resolution_seconds = std::min(cost.resolution_seconds, seconds(now - before));
      before = now;
    }
    readings.push_back(seconds(before - start) / kReadings);
  }
  std::nth_element(readings.begin(), readings.begin() + kBatches / 2, readings.end());
  cost.read_seconds = readings[kBatches / 2];
  return cost;
}

HostFacts read_host_facts(const HostFiles& files, const fs::path& results) {
  HostFacts facts;
  facts.machine = read_machine();
  facts.cpus = usable_cpus();
  const auto online = to_list(files.line("/sys/devices/system/cpu/online").value_or(""));
  facts.online_cpus = static_cast<int>((online ? *online : facts.cpus).size());
  facts.smt = flag(files.number("/sys/devices/system/cpu/smt/active"));
  const std::string load = files.line("/proc/loadavg").value_or("");
  facts.load = to_number(load.substr(0, load.find(' ')));
  facts.cpu_quota = cpu_quota(files);
  read_frequencies(files, facts);
  read_memory(files, facts);
  facts.huge_pages = chosen(files.line("/sys/kernel/mm/transparent_hugepage/enabled").value_or(""));
  facts.clock_source = printable(
      files.line("/sys/devices/system/clocksource/clocksource0/current_clocksource").value_or(""));
  facts.clock = measure_clock();
  const std::string schedule = files.line("/proc/self/schedstat").value_or("");
  facts.has_run_delay = !schedule.empty() && schedule != "0 0 0";
  facts.no_counters = why_no_counters();
  facts.aslr = files.number("/proc/sys/kernel/randomize_va_space");
  facts.battery = on_battery(files);
  facts.numa_balancing = flag(files.number("/proc/sys/kernel/numa_balancing"));
  facts.results = look_at(results);
  facts.environment = compute_environment();
  facts.runs = measuring_runs(host_lock_name());
  return facts;
}

}  // namespace ndbench
