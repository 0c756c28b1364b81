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

constexpr double kSlowClock = 1e-6;    // seconds, of a reading or a step
constexpr double kCappedShare = 0.95;  // of the hardware's highest frequency

Check threads(const HostFacts& facts) {
  const Machine& machine = facts.machine;
  const char* smt = !facts.smt ? "" : *facts.smt ? "; SMT is on" : "; no SMT";
  return {"threads", kOk,
          fmt::format("{}, {}{}; backends use {} unless a suite says otherwise",
                      plural(machine.cores, "core"),
                      plural(machine.hardware_threads, "hardware thread"), smt,
                      plural(machine.cores, "thread")),
          ""};
}

Check governor(const HostFacts& facts) {
  if (facts.governors.empty()) {
    return {"governor", kUnknown, "the kernel does not show a frequency governor", ""};
  }
  const bool steady = facts.governors == std::vector<std::string>{"performance"};
  return {"governor", steady ? kOk : kWarn,
          fmt::format("frequency governor: {}", fmt::join(facts.governors, ", ")),
          steady ? "" : "cpupower frequency-set -g performance, as root"};
}

Check turbo(const HostFacts& facts) {
  if (!facts.turbo) return {"turbo", kUnknown, "the kernel does not show turbo frequencies", ""};
  if (!*facts.turbo) return {"turbo", kOk, "turbo frequencies are off", ""};
  return {"turbo", kWarn,
          "turbo frequencies are on: the clock depends on temperature and on how many cores work",
          "for steadier times switch them off in the firmware or under /sys/devices/system/cpu, as "
          "root"};
}

Check frequency(const HostFacts& facts) {
  if (!facts.slowest_hertz) return {"frequency", kUnknown, "frequencies are not shown", ""};
  std::string finding = fmt::format("{:.2f} to {:.2f} GHz now", *facts.slowest_hertz / 1e9,
                                    *facts.fastest_hertz / 1e9);
  if (facts.most_hertz) finding += fmt::format(" of {:.2f} GHz", *facts.most_hertz / 1e9);
  const bool capped = facts.most_hertz && facts.allowed_hertz &&
                      *facts.allowed_hertz < kCappedShare * *facts.most_hertz;
  if (!capped) return {"frequency", kOk, finding, ""};
  return {"frequency", kWarn,
          fmt::format("{}; the policy allows {:.2f} GHz", finding, *facts.allowed_hertz / 1e9),
          "compare only with results under the same limit (scaling_max_freq)"};
}

Check heat(const HostActivity& activity) {
  if (!activity.too_hot || !activity.too_hot_before) {
    return {"heat", kUnknown, "thermal throttling is not counted", ""};
  }
  const Fitness status = *activity.too_hot > 0.0          ? kUnfit
                         : *activity.too_hot_before > 0.0 ? kWarn
                                                          : kOk;
  return {"heat", status,
          fmt::format("throttled for heat {} while watched, {} since it started",
                      plural(*activity.too_hot, "time"), plural(*activity.too_hot_before, "time")),
          advice_unless_ok(status, "cool it, or hold the clock down so far that it stays cool")};
}

Check virtualization(const HostFacts& facts) {
  if (!facts.machine.virtualized) return {"virtualization", kOk, "no hypervisor is seen", ""};
  return {"virtualization", kWarn,
          "a virtual machine: neighbours share caches, memory and power, unseen from here",
          "for overheads of a few percent use hardware of your own; ndbench's intervals show what "
          "can be told here"};
}

Check battery(const HostFacts& facts) {
  if (!facts.battery) return {"battery", kOk, "no battery is seen", ""};
  if (!*facts.battery) return {"battery", kOk, "on mains power", ""};
  return {"battery", kWarn, "on battery: firmware may hold the clock down", "plug it in"};
}

Check clock(const HostFacts& facts) {
  const bool slow_source = facts.clock_source == "hpet" || facts.clock_source == "acpi_pm" ||
                           facts.clock_source == "jiffies";
  const bool slow =
      facts.clock.resolution_seconds > kSlowClock || facts.clock.read_seconds > kSlowClock;
  return {"clock", slow || slow_source ? kWarn : kOk,
          fmt::format("source {}; steps of {:.0f} ns, {:.0f} ns a reading",
                      facts.clock_source.empty() ? "not shown" : facts.clock_source,
                      1e9 * facts.clock.resolution_seconds, 1e9 * facts.clock.read_seconds),
          slow || slow_source ? "see the kernel's log for why it does not trust the TSC" : ""};
}

Check run_delay(const HostFacts& facts) {
  if (facts.has_run_delay) {
    return {"run_delay", kOk, "the kernel counts how long a thread waits for a CPU", ""};
  }
  return {"run_delay", kWarn, "the kernel does not count how long a thread waits for a CPU",
          "disturbed steps are seen by others' processor time alone; a kernel with schedstats "
          "would show more"};
}

Check counters(const HostFacts& facts) {
  const std::string why = facts.no_counters;
  return {"counters", kOk,
          why.empty() ? "hardware counters can be read; ndbench does not need them"
                      : fmt::format("no hardware counters ({}); ndbench does not need them", why),
          ""};
}

}  // namespace

std::vector<Check> processor_checks(const HostFacts& facts, const HostActivity& activity) {
  return {threads(facts),        governor(facts), turbo(facts), frequency(facts), heat(activity),
          virtualization(facts), battery(facts),  clock(facts), run_delay(facts), counters(facts)};
}

}  // namespace ndbench
