#include "core/control_group.h"

#include <algorithm>
#include <limits>
#include <sstream>
#include <string>

namespace ndbench {
namespace {

constexpr double kNoLimit = std::numeric_limits<double>::infinity();

/// Version 1 says "no limit" by a number close to 2^63.
constexpr double kMostBytes = 1e18;

/// The folders of this process's group and those around it, the innermost first, as far as they
/// are there. In a container the group's path may be that of the host, which is not mounted: then
/// the mount itself is the group.
std::vector<std::string> group_folders(const HostFiles& files, const std::string& controller) {
  std::istringstream lines(files.text("/proc/self/cgroup").value_or(""));
  std::vector<std::string> folders;
  for (std::string line; std::getline(lines, line);) {  // "4:cpu,cpuacct:/group" or "0::/group"
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    std::string path = line.substr(second + 1);
    std::vector<std::string> mounts;
    if (controllers.empty()) {
      mounts = {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"};
    } else if (("," + controllers + ",").find("," + controller + ",") != std::string::npos) {
      mounts = {"/sys/fs/cgroup/" + controller};
      // Where both are there, one is a link to the other.
      if (files.names(mounts[0]).empty()) mounts = {"/sys/fs/cgroup/" + controllers};
    }
    for (const std::string& mount : mounts) {
      for (std::string group = path; !group.empty() && group != "/";
           group.resize(group.find_last_of('/'))) {
        folders.push_back(mount + group);
      }
      folders.push_back(mount);
    }
  }
  return folders;
}

/// "max 100000" or "150000 100000", microseconds per period.
std::optional<double> quota_of_version_2(const std::string& text) {
  std::istringstream words(text);
  std::string quota;
  std::string period;
  if (!(words >> quota >> period)) return std::nullopt;
  const auto length = to_number(period);
  if (!length || !(*length > 0.0)) return std::nullopt;
  if (quota == "max") return kNoLimit;
  const auto share = to_number(quota);
  return share ? std::optional(*share / *length) : std::nullopt;
}

std::optional<double> quota_of_version_1(const HostFiles& files, const std::string& folder) {
  const auto quota = files.number(folder + "/cpu.cfs_quota_us");
  const auto period = files.number(folder + "/cpu.cfs_period_us");
  if (!quota || !period || !(*period > 0.0)) return std::nullopt;
  return *quota < 0.0 ? kNoLimit : *quota / *period;
}

/// The smaller, where one may be missing.
std::optional<double> tighter(const std::optional<double>& one,
                              const std::optional<double>& other) {
  if (!one || !other) return one ? one : other;
  return std::min(*one, *other);
}

double left_in(const HostFiles& files, const std::string& folder, const char* limit,
               const char* usage) {
  const auto most = files.number(folder + limit);
  const auto used = files.number(folder + usage);
  if (!most || !used || *most > kMostBytes) return kNoLimit;
  const double droppable = files.value(folder + "/memory.stat", "inactive_file").value_or(0.0);
  return std::max(0.0, *most - std::max(0.0, *used - droppable));
}

}  // namespace

std::optional<double> cpu_quota(const HostFiles& files) {
  std::optional<double> tightest;
  for (const std::string& folder : group_folders(files, "cpu")) {
    if (const auto line = files.line(folder + "/cpu.max")) {
      tightest = tighter(tightest, quota_of_version_2(*line));
    }
    tightest = tighter(tightest, quota_of_version_1(files, folder));
  }
  // The root group has no limit, and in version 2 no file that says so.
  if (!tightest && files.text("/sys/fs/cgroup/cgroup.controllers")) return kNoLimit;
  return tightest;
}

std::optional<double> throttled_periods(const HostFiles& files) {
  std::optional<double> sum;
  for (const std::string& folder : group_folders(files, "cpu")) {
    const auto count = files.value(folder + "/cpu.stat", "nr_throttled");
    if (count) sum = sum.value_or(0.0) + *count;
  }
  return sum;
}

double memory_left_in_group(const HostFiles& files) {
  double left = kNoLimit;
  for (const std::string& folder : group_folders(files, "memory")) {
    left = std::min(left, left_in(files, folder, "/memory.max", "/memory.current"));
    left =
        std::min(left, left_in(files, folder, "/memory.limit_in_bytes", "/memory.usage_in_bytes"));
  }
  return left;
}

std::optional<double> out_of_memory_kills(const HostFiles& files) {
  constexpr char kKey[] = "oom_kill";
  for (const std::string& folder : group_folders(files, "memory")) {
    for (const char* file : {"/memory.events", "/memory.oom_control"}) {
      if (const auto count = files.value(folder + file, kKey)) return count;
    }
  }
  return files.value("/proc/vmstat", kKey);
}

}  // namespace ndbench
