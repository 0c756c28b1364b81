#include "core/gpu_checks.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/printable.h"

namespace ndbench {
namespace {

constexpr double kGibibyte = 1024.0 * 1024.0 * 1024.0;

/// "NVIDIA H200, driver 580.1, 140.4 GiB, 700 W, up to 1980 MHz, ECC on".
std::string text_of(const GpuFacts& gpu) {
  std::string text = fmt::format("{}, driver {}", printable(gpu.name), printable(gpu.driver));
  if (gpu.memory_bytes) {
    text += fmt::format(", {:.1f} GiB", static_cast<double>(*gpu.memory_bytes) / kGibibyte);
  }
  if (gpu.power_limit) text += fmt::format(", {:.0f} W", *gpu.power_limit);
  if (gpu.highest_clock) text += fmt::format(", up to {:.0f} MHz", *gpu.highest_clock * 1e-6);
  if (gpu.has_ecc) text += *gpu.has_ecc ? ", ECC on" : ", ECC off";
  return text;
}

Check check_of(std::string name, const GpuFacts& gpu, const GpuReading* now) {
  Check check{std::move(name), Fitness::kOk, text_of(gpu), ""};
  if (now == nullptr) return check;
  if (now->clock) check.finding += fmt::format("; now at {:.0f} MHz", *now->clock * 1e-6);
  if (const std::string slow = slowdown_words(now->slowdowns); !slow.empty()) {
    check.status = Fitness::kUnfit;
    check.finding += fmt::format("; slowed down: {}", slow);
    check.advice = "wait until it is cool, or see to its cooling and power";
  }
  if (now->others > 0) {
    check.status = Fitness::kUnfit;
    check.finding +=
        fmt::format("; {} process{} of others on it", now->others, now->others == 1 ? "" : "es");
    check.advice = "measure when nobody else computes on it; nvidia-smi names them";
  }
  return check;
}

}  // namespace

std::vector<Check> gpu_checks(std::span<const GpuFacts> gpus,
                              std::span<const GpuReading> readings) {
  if (gpus.empty()) return {{"gpu", Fitness::kOk, "no NVIDIA driver tells of a GPU", ""}};
  std::vector<Check> checks;
  for (const GpuFacts& gpu : gpus) {
    const auto now = std::find_if(readings.begin(), readings.end(), [&](const GpuReading& reading) {
      return reading.uuid == gpu.uuid;
    });
    checks.push_back(check_of(fmt::format("gpu.{}", checks.size()), gpu,
                              now == readings.end() ? nullptr : &*now));
  }
  return checks;
}

}  // namespace ndbench
