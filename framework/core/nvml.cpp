#include "core/nvml.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <fstream>
#include <functional>
#include <string_view>

namespace ndbench {
namespace {

// NVML's C interface, as far as it is used. All functions return 0 where they succeed.
using Device = void*;

struct Memory {
  unsigned long long total, free, used;
};

struct ProcessInfo {  // of the functions with _v3
  unsigned pid;
  unsigned long long used_memory;
  unsigned gpu_instance, compute_instance;
};

constexpr unsigned kClockOfMultiprocessors = 1;
constexpr std::size_t kTextSize = 96;         // NVML's longest texts
constexpr std::size_t kMostProcesses = 1024;  // of more, NVML tells none
constexpr double kMegahertz = 1e6;

constexpr std::uint64_t kHardware = 0x08;
constexpr std::uint64_t kSoftwareHeat = 0x20;
constexpr std::uint64_t kHardwareHeat = 0x40;
constexpr std::uint64_t kPowerBrake = 0x80;

/// The library, or nothing. Loaded and started once for the process.
class Nvml {
 public:
  static const Nvml& instance() {
    static const Nvml nvml;
    return nvml;
  }

  /// Calls a function of NVML; false where there is none of that name or it fails.
  template <typename... Arguments>
  [[nodiscard]] bool call(const char* name, Arguments... arguments) const {
    if (!is_started_) return false;
    auto* function = reinterpret_cast<int (*)(Arguments...)>(dlsym(library_, name));
    return function != nullptr && function(arguments...) == 0;
  }

  void for_each_device(const std::function<void(Device)>& visit) const {
    unsigned count = 0;
    if (!call("nvmlDeviceGetCount_v2", &count)) return;
    for (unsigned index = 0; index < count; ++index) {
      Device device = nullptr;
      if (call("nvmlDeviceGetHandleByIndex_v2", index, &device)) visit(device);
    }
  }

  [[nodiscard]] std::string text(const char* name, Device device) const {
    std::array<char, kTextSize> text{};
    const auto size = static_cast<unsigned>(text.size() - 1);
    return call(name, device, text.data(), size) ? text.data() : "";
  }

  [[nodiscard]] std::string driver() const {
    std::array<char, kTextSize> text{};
    const auto size = static_cast<unsigned>(text.size() - 1);
    return call("nvmlSystemGetDriverVersion", text.data(), size) ? text.data() : "";
  }

  /// Hertz.
  [[nodiscard]] std::optional<double> clock(const char* name, Device device) const {
    unsigned megahertz = 0;
    if (!call(name, device, kClockOfMultiprocessors, &megahertz)) return std::nullopt;
    return megahertz * kMegahertz;
  }

 private:
  Nvml() : library_(dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL)) {
    if (library_ == nullptr) return;
    auto* init = reinterpret_cast<int (*)()>(dlsym(library_, "nvmlInit_v2"));
    is_started_ = init != nullptr && init() == 0;
  }

  void* library_;
  bool is_started_ = false;
};

/// Whether a process is there and was not started by this one.
bool is_of_others(unsigned process) {
  constexpr std::string_view kLabel = "PPid:\t";
  std::ifstream status(fmt::format("/proc/{}/status", process));
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(kLabel)) return line.substr(kLabel.size()) != std::to_string(getpid());
  }
  return false;
}

}  // namespace

std::vector<GpuFacts> read_gpu_facts() {
  const Nvml& nvml = Nvml::instance();
  std::vector<GpuFacts> all;
  nvml.for_each_device([&](Device device) {
    GpuFacts& gpu = all.emplace_back(GpuFacts{.uuid = nvml.text("nvmlDeviceGetUUID", device),
                                              .name = nvml.text("nvmlDeviceGetName", device),
                                              .driver = nvml.driver()});
    Memory memory{};
    if (nvml.call("nvmlDeviceGetMemoryInfo", device, &memory)) {
      gpu.memory_bytes = static_cast<std::int64_t>(memory.total);
    }
    unsigned milliwatts = 0;
    if (nvml.call("nvmlDeviceGetPowerManagementLimit", device, &milliwatts)) {
      gpu.power_limit = milliwatts / 1e3;
    }
    gpu.highest_clock = nvml.clock("nvmlDeviceGetMaxClockInfo", device);
    unsigned ecc = 0;
    unsigned ecc_after_boot = 0;
    if (nvml.call("nvmlDeviceGetEccMode", device, &ecc, &ecc_after_boot)) gpu.has_ecc = ecc != 0;
  });
  return all;
}

std::vector<GpuReading> read_gpus() {
  const Nvml& nvml = Nvml::instance();
  std::vector<GpuReading> all;
  nvml.for_each_device([&](Device device) {
    GpuReading& gpu = all.emplace_back();
    gpu.uuid = nvml.text("nvmlDeviceGetUUID", device);
    gpu.clock = nvml.clock("nvmlDeviceGetClockInfo", device);
    unsigned long long slowdowns = 0;
    if (nvml.call("nvmlDeviceGetCurrentClocksThrottleReasons", device, &slowdowns)) {
      gpu.slowdowns = slowdowns;
    }
    std::array<ProcessInfo, kMostProcesses> processes{};
    auto count = static_cast<unsigned>(processes.size());
    if (nvml.call("nvmlDeviceGetComputeRunningProcesses_v3", device, &count, processes.data())) {
      for (unsigned index = 0; index < count; ++index) {
        if (is_of_others(processes.at(index).pid)) ++gpu.others;
      }
    }
  });
  return all;
}

std::string slowdown_words(std::uint64_t slowdowns) {
  if ((slowdowns & (kSoftwareHeat | kHardwareHeat)) != 0) return "it is too hot";
  if ((slowdowns & kPowerBrake) != 0) return "the power supply asks for it";
  if ((slowdowns & kHardware) != 0) return "the hardware asks for it";
  return "";
}

}  // namespace ndbench
