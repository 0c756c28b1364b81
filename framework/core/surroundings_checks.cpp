#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/checks.h"
#include "core/printable.h"

// Where a threshold comes from stands in framework/docs/doctor.md.
namespace ndbench {
namespace {

using enum Fitness;

constexpr double kGibibyte = 1024.0 * 1024.0 * 1024.0;
constexpr double kLittleMemory = 4.0 * kGibibyte;
constexpr double kLeastMemory = 1.0 * kGibibyte;
constexpr double kLittleDisk = 1.0 * kGibibyte;
constexpr double kLeastDisk = kGibibyte / 64.0;

std::string gibibytes(double bytes) { return fmt::format("{:.1f} GiB", bytes / kGibibyte); }

std::string plural(double count, const char* noun) {
  return fmt::format("{:.0f} {}{}", count, noun, count == 1.0 ? "" : "s");
}

Check memory(const HostFacts& facts) {
  if (!facts.available_bytes) return {"memory", kUnknown, "/proc/meminfo does not tell it", ""};
  const Fitness status = grade_low(*facts.available_bytes, kLittleMemory, kLeastMemory);
  return {"memory", status, fmt::format("{} available", gibibytes(*facts.available_bytes)),
          advice_unless_ok(status, "end what holds memory, or raise the control group's limit")};
}

Check swap(const HostFacts& facts, const HostActivity& activity) {
  if (!facts.swap_used_bytes || !activity.swapped) {
    return {"swap", kUnknown, "the kernel does not tell whether it swaps", ""};
  }
  const Fitness status = *activity.swapped > 0.0 ? kUnfit : kOk;
  return {"swap", status,
          fmt::format("{} in use, {} moved while watched", gibibytes(*facts.swap_used_bytes),
                      plural(*activity.swapped, "page")),
          advice_unless_ok(status, "end what holds memory until nothing is swapped any more")};
}

Check huge_pages(const HostFacts& facts) {
  if (facts.huge_pages.empty()) {
    return {"huge_pages", kUnknown, "transparent huge pages are not shown", ""};
  }
  const bool always = facts.huge_pages == "always";
  return {"huge_pages", always ? kWarn : kOk,
          fmt::format("transparent huge pages: {}", facts.huge_pages),
          always ? "times move with which memory happened to be in one piece; 'madvise' in "
                   "/sys/kernel/mm/transparent_hugepage/enabled is steadier"
                 : ""};
}

Check numa(const HostFacts& facts) {
  if (!facts.numa_balancing) return {"numa_balancing", kOk, "the kernel has none", ""};
  if (!*facts.numa_balancing) return {"numa_balancing", kOk, "off", ""};
  return {"numa_balancing", kWarn, "on: the kernel moves pages while a run computes",
          "sysctl kernel.numa_balancing=0, as root"};
}

Check aslr(const HostFacts& facts) {
  if (!facts.aslr) return {"aslr", kUnknown, "the kernel does not tell", ""};
  if (*facts.aslr > 0.0) {
    return {"aslr", kOk, "addresses are random: each replica has a layout of its own", ""};
  }
  return {"aslr", kWarn,
          "addresses are the same in every process: what one layout costs looks like a cost of the "
          "mode",
          "sysctl kernel.randomize_va_space=2, as root"};
}

Check environment(const HostFacts& facts) {
  if (facts.environment.empty()) {
    return {"environment", kOk, "no variable is set that changes how libraries compute", ""};
  }
  std::vector<std::string> set;
  for (const auto& [name, value] : facts.environment) {
    set.push_back(fmt::format("{}={}", printable(name), printable(value)));
  }
  return {"environment", kWarn, fmt::format("{}", fmt::join(set, " ")),
          "results hold for these variables; unset those that you did not mean"};
}

Check results(const HostFacts& facts) {
  const ResultsPlace& place = facts.results;
  if (!place.unwritable.empty()) {
    return {"results", kUnfit, fmt::format("results cannot be written: {}", place.unwritable),
            "choose another folder by --results"};
  }
  const Fitness status = grade_low(place.free_bytes, kLittleDisk, kLeastDisk);
  return {"results", status,
          fmt::format("'{}' has {} free", printable(place.folder), gibibytes(place.free_bytes)),
          advice_unless_ok(status, "make room, or choose another folder by --results")};
}

}  // namespace

std::vector<Check> surroundings_checks(const HostFacts& facts, const HostActivity& activity) {
  return {memory(facts), swap(facts, activity), huge_pages(facts), numa(facts),
          aslr(facts),   environment(facts),    results(facts)};
}

}  // namespace ndbench
