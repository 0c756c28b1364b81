#include "core/host_watch.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <numeric>

namespace ndbench {
namespace {

/// Takes a number, and the blanks before it, off the front of `text`.
std::optional<std::int64_t> take_number(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || value < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<double> read_frequencies() {
  std::vector<double> result;
  for (int cpu = 0;; ++cpu) {
    const auto folder =
        std::filesystem::path("/sys/devices/system/cpu") / ("cpu" + std::to_string(cpu));
    std::ifstream file(folder / "cpufreq/scaling_cur_freq");
    std::string line;
    if (!file || !std::getline(file, line)) break;
    if (const auto frequency = parse_frequency(line)) result.push_back(*frequency);
  }
  std::sort(result.begin(), result.end(), std::greater<>());
  return result;
}

int usable_processors() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
  return static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));  // more than cpu_set_t holds
}

double mean_of_fastest(const std::vector<double>& frequencies, int count) {
  if (frequencies.empty()) return HostLoad::kUnknown;
  const auto taken = std::clamp<std::ptrdiff_t>(count, 1, std::ssize(frequencies));
  return std::accumulate(frequencies.begin(), frequencies.begin() + taken, 0.0) /
         static_cast<double>(taken);
}

}  // namespace

std::optional<ProcessorTime> parse_processor_time(std::string_view stat, double ticks_per_second) {
  if (!stat.starts_with("cpu ")) return std::nullopt;
  stat.remove_prefix(4);
  stat = stat.substr(0, stat.find('\n'));
  // user, nice, system, idle, iowait, irq, softirq, steal; guests' time is part of user and nice.
  std::array<double, 8> ticks{};
  for (double& field : ticks) {
    const auto value = take_number(stat);
    if (!value) return std::nullopt;
    field = static_cast<double>(*value);
  }
  const double busy = ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6];
  return ProcessorTime{busy / ticks_per_second, ticks[7] / ticks_per_second};
}

std::optional<int> parse_runnable(std::string_view loadavg) {
  for (int field = 0; field < 3; ++field) {
    const std::size_t blank = loadavg.find(' ');
    if (blank == std::string_view::npos) return std::nullopt;
    loadavg.remove_prefix(blank + 1);
  }
  const auto running = take_number(loadavg);
  if (!running || !loadavg.starts_with('/')) return std::nullopt;
  return static_cast<int>(*running);
}

std::optional<double> parse_frequency(std::string_view scaling_cur_freq) {
  const auto kilohertz = take_number(scaling_cur_freq);
  if (!kilohertz || *kilohertz == 0) return std::nullopt;  // "<unknown>" on some drivers
  return 1e3 * static_cast<double>(*kilohertz);
}

HostReading read_host() {
  static const double ticks_per_second = static_cast<double>(sysconf(_SC_CLK_TCK));
  HostReading reading;
  reading.time = parse_processor_time(text_of("/proc/stat"), ticks_per_second);
  reading.runnable = parse_runnable(text_of("/proc/loadavg"));
  reading.frequencies = read_frequencies();
  reading.processors = usable_processors();
  reading.seconds = monotonic_seconds();
  return reading;
}

double monotonic_seconds() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

void HostWatch::begin() { spans_.push_back({read_(), 0.0}); }

HostLoad HostWatch::end(double cpu_seconds, int threads) {
  spans_.back().cpu_seconds = cpu_seconds;
  const HostReading after = read_();
  auto first = spans_.end();
  double own = 0.0;
  do {
    --first;
    own += first->cpu_seconds;
  } while (first != spans_.begin() && after.seconds - first->before.seconds < kShortestWindow);
  const HostReading& before = first->before;

  HostLoad load;
  load.window_seconds = after.seconds - before.seconds;
  load.processors = after.processors;
  load.frequency = mean_of_fastest(after.frequencies, threads);
  if (const auto& start = spans_.back().before; start.runnable && after.runnable) {
    load.runnable = std::max(0, std::min(*start.runnable, *after.runnable) - 1);
  }
  if (before.time && after.time && load.window_seconds > 0.0) {
    const double busy = after.time->busy - before.time->busy;
    // Counters of a virtual machine have been seen to go back.
    const double steal = std::max(0.0, after.time->steal - before.time->steal);
    if (busy + steal > 0.0) load.steal_share = steal / (busy + steal);
    load.others_cores = std::max(0.0, busy - own) / load.window_seconds;
  }
  return load;
}

}  // namespace ndbench
