#include "core/host_sample.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <sstream>

#include "core/control_group.h"
#include "core/printable.h"
#include "core/processor_time.h"

namespace ndbench {
namespace {

double ticks_per_second() { return static_cast<double>(sysconf(_SC_CLK_TCK)); }

/// "pid (name) state …": the name may hold blanks and parentheses.
std::optional<ProcessTime> process_time(const std::string& stat) {
  const std::size_t open = stat.find('(');
  const std::size_t close = stat.rfind(')');
  if (open == std::string::npos || close == std::string::npos || close < open) return std::nullopt;
  std::istringstream words(stat.substr(close + 1));
  std::vector<std::string> fields;
  for (std::string word; words >> word;) fields.push_back(word);
  // From the state on, which proc(5) counts as field 3: utime 14, stime 15, starttime 22.
  if (fields.size() < 20) return std::nullopt;
  const auto user = to_number(fields[11]);
  const auto system = to_number(fields[12]);
  const auto started = to_number(fields[19]);
  if (!user || !system || !started) return std::nullopt;
  return ProcessTime{printable(stat.substr(open + 1, close - open - 1)), *started,
                     (*user + *system) / ticks_per_second()};
}

std::map<int, ProcessTime> process_times(const HostFiles& files) {
  std::map<int, ProcessTime> processes;
  for (const std::string& name : files.names("/proc")) {
    if (name.find_first_not_of("0123456789") != std::string::npos || name.size() > 9) continue;
    const auto stat = files.text("/proc/" + name + "/stat");
    if (auto time = stat ? process_time(*stat) : std::nullopt) {
      processes.emplace(std::stoi(name), std::move(*time));
    }
  }
  return processes;
}

/// Of all cores, and of the packages once for each core, which changes nothing: only whether the
/// sum grows counts.
std::optional<double> thermal_throttles(const HostFiles& files, const std::vector<int>& cpus) {
  std::optional<double> sum;
  for (const int cpu : cpus) {
    for (const char* kind : {"core", "package"}) {
      const auto count = files.number(fmt::format(
          "/sys/devices/system/cpu/cpu{}/thermal_throttle/{}_throttle_count", cpu, kind));
      if (count) sum = sum.value_or(0.0) + *count;
    }
  }
  return sum;
}

std::optional<double> swapped_pages(const HostFiles& files) {
  const auto in = files.value("/proc/vmstat", "pswpin");
  const auto out = files.value("/proc/vmstat", "pswpout");
  if (!in || !out) return std::nullopt;
  return *in + *out;
}

double own_time() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// By how much a counter grew; one that is smaller than before was set back.
std::optional<double> growth(const std::optional<double>& first,
                             const std::optional<double>& last) {
  if (!first || !last) return std::nullopt;
  return std::max(0.0, *last - *first);
}

std::vector<ProcessUse> largest_users(const HostSample& first, const HostSample& last,
                                      double seconds, int own_process) {
  constexpr std::size_t kMost = 3;
  constexpr double kLeastCores = 0.01;
  std::vector<ProcessUse> users;
  for (const auto& [process, now] : last.processes) {
    const auto before = first.processes.find(process);
    const bool is_new = before == first.processes.end() || before->second.started != now.started;
    const double used = now.seconds - (is_new ? 0.0 : before->second.seconds);
    if (process != own_process && used / seconds >= kLeastCores) {
      users.push_back({process, now.name, used / seconds});
    }
  }
  std::sort(users.begin(), users.end(),
            [](const auto& one, const auto& other) { return one.cores > other.cores; });
  if (users.size() > kMost) users.resize(kMost);
  return users;
}

}  // namespace

HostSample read_sample(const HostFiles& files, const std::vector<int>& cpus, bool with_processes) {
  HostSample sample;
  sample.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  const std::string stat = files.text("/proc/stat").value_or("");
  if (const auto time = parse_processor_time(stat, cpus, ticks_per_second())) {
    sample.busy = time->busy;
    sample.stolen = time->steal;
  }
  sample.own = own_time();
  sample.runnable = files.value("/proc/stat", "procs_running");
  sample.throttled = throttled_periods(files);
  sample.swapped = swapped_pages(files);
  sample.too_hot = thermal_throttles(files, cpus);
  if (with_processes) sample.processes = process_times(files);
  return sample;
}

HostActivity activity(const std::vector<HostSample>& samples, int own_process) {
  const HostSample& first = samples.front();
  const HostSample& last = samples.back();
  HostActivity result;
  result.seconds = last.seconds - first.seconds;
  if (!(result.seconds > 0.0)) return result;
  if (const auto busy = growth(first.busy, last.busy)) {
    result.others = std::max(0.0, *busy - (last.own - first.own)) / result.seconds;
  }
  if (const auto stolen = growth(first.stolen, last.stolen)) {
    result.stolen = *stolen / result.seconds;
  }
  double runnable = 0.0;
  int counted = 0;
  for (const HostSample& sample : samples) {
    if (!sample.runnable) continue;
    runnable += std::max(0.0, *sample.runnable - 1.0);  // this process runs while it reads
    ++counted;
  }
  if (counted > 0) result.runnable = runnable / counted;
  result.throttled_before = first.throttled;
  result.throttled = growth(first.throttled, last.throttled);
  result.swapped = growth(first.swapped, last.swapped);
  result.too_hot_before = first.too_hot;
  result.too_hot = growth(first.too_hot, last.too_hot);
  result.users = largest_users(first, last, result.seconds, own_process);
  return result;
}

}  // namespace ndbench
