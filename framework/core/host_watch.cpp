#include "core/host_watch.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <numeric>

#include "core/affinity.h"

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

double mean_of_fastest(const std::vector<double>& frequencies, int count) {
  if (frequencies.empty()) return HostLoad::kUnknown;
  const auto taken = std::clamp<std::ptrdiff_t>(count, 1, std::ssize(frequencies));
  return std::accumulate(frequencies.begin(), frequencies.begin() + taken, 0.0) /
         static_cast<double>(taken);
}

const GpuReading* find_gpu(const HostReading& reading, const std::string& uuid) {
  const auto found = std::find_if(reading.gpus.begin(), reading.gpus.end(),
                                  [&](const GpuReading& gpu) { return gpu.uuid == uuid; });
  return uuid.empty() || found == reading.gpus.end() ? nullptr : &*found;
}

/// What the driver says of the worker's GPU before and after a block.
void judge_gpu(const GpuReading* before, const GpuReading* after, HostLoad& load) {
  if (before == nullptr || after == nullptr) return;
  load.gpu_slowdown = slowdown_words(before->slowdowns | after->slowdowns);
  load.gpu_others = std::min(before->others, after->others);
  load.gpu_clock = after->clock;
}

}  // namespace

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
  const Processors processors = usable_processors();
  reading.time = parse_processor_time(text_of("/proc/stat"), processors, ticks_per_second);
  reading.runnable = parse_runnable(text_of("/proc/loadavg"));
  reading.frequencies = read_frequencies();
  reading.processors = static_cast<int>(processors.size());
  reading.gpus = read_gpus();
  reading.seconds = monotonic_seconds();
  return reading;
}

double monotonic_seconds() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

void HostWatch::begin() { spans_.push_back({read_(), 0.0}); }

HostLoad HostWatch::end(double cpu_seconds, int threads, const std::string& gpu) {
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
  judge_gpu(find_gpu(spans_.back().before, gpu), find_gpu(after, gpu), load);
  return load;
}

}  // namespace ndbench
