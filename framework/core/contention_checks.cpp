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

constexpr double kFewCores = 0.05;      // of others: a host that only keeps itself going
constexpr double kManyCores = 0.5;      // of others: a thread of a training step has to wait
constexpr double kFewRunnable = 0.5;    // threads of others, on average
constexpr double kLoadBefore = 1.0;     // over the last minute
constexpr double kLittleSteal = 0.005;  // of the time of the CPUs
constexpr double kMuchSteal = 0.02;

Check other_runs(const HostFacts& facts) {
  if (facts.runs.empty()) return {"other_runs", kOk, "no other run of ndbench measures here", ""};
  std::vector<std::string> runs;
  for (const MeasuringRun& run : facts.runs) runs.push_back(run.text());
  return {"other_runs", kUnfit,
          fmt::format("{} of ndbench measure{} here: {}", plural(double(runs.size()), "other run"),
                      runs.size() == 1 ? "s" : "", fmt::join(runs, ", ")),
          "wait for the end, or let a run do so: ndbench_suite --host_lock=wait"};
}

Check processor_use(const HostFacts& facts, const HostActivity& activity) {
  if (!activity.others) {
    return {"processor_use", kUnknown, "/proc/stat does not tell the time that CPUs were busy", ""};
  }
  const Fitness status = grade(*activity.others, kFewCores, kManyCores);
  std::string finding = fmt::format("others kept {:.2f} of {} busy for {:.3g} s", *activity.others,
                                    plural(double(facts.cpus.size()), "CPU"), activity.seconds);
  for (const ProcessUse& user : activity.users) {
    finding += fmt::format("{}{} ({}) {:.2f}", &user == activity.users.data() ? ": " : ", ",
                           printable(user.name), user.process, user.cores);
  }
  if (status != kOk && activity.users.empty()) {
    finding += "; whose processes cannot be seen from here";
  }
  return {"processor_use", status, finding,
          advice_unless_ok(status, "stop what else runs here, or measure when it is done")};
}

Check run_queue(const HostFacts& facts, const HostActivity& activity) {
  if (!activity.runnable || !facts.load) {
    return {"run_queue", kUnknown, "the kernel does not tell how many threads want to run", ""};
  }
  const double cpus = std::max(1.0, double(facts.cpus.size()));
  Fitness status = grade(*activity.runnable, kFewRunnable, std::max(cpus, 2 * kFewRunnable));
  if (*facts.load >= kLoadBefore) status = std::max(status, kWarn);
  return {"run_queue", status,
          fmt::format("{:.1f} threads of others wanted to run on average; load of the last minute "
                      "{:.2f}",
                      *activity.runnable, *facts.load),
          advice_unless_ok(status, "wait until the load is below 1 and nothing else runs")};
}

Check steal(const HostFacts& facts, const HostActivity& activity) {
  if (!activity.stolen) {
    return {"steal", kUnknown, "/proc/stat does not tell the time stolen", ""};
  }
  const double share = *activity.stolen / std::max(1.0, double(facts.cpus.size()));
  const Fitness status = grade(share, kLittleSteal, kMuchSteal);
  return {"steal", status,
          fmt::format("the hypervisor kept {:.1f} % of the CPUs' time", 100 * share),
          advice_unless_ok(status, "measure on a machine, or an instance, with cores of its own")};
}

Check cpu_quota(const HostFacts& facts) {
  if (!facts.cpu_quota) {
    return {"cpu_quota", kUnknown, "control groups cannot be read", ""};
  }
  if (std::isinf(*facts.cpu_quota)) return {"cpu_quota", kOk, "no limit on processor time", ""};
  const double cores = facts.machine.cores;
  const Fitness status = grade_low(*facts.cpu_quota, double(facts.cpus.size()), cores);
  return {
      "cpu_quota", status,
      fmt::format("the control group allows {:.2f} cores' worth of time; backends use {} unless "
                  "a suite says otherwise",
                  *facts.cpu_quota, plural(cores, "thread")),
      advice_unless_ok(status,
                       "pin the run to as many cores as are allowed (taskset -c, docker "
                       "--cpuset-cpus) instead of limiting its time, or set threads in the suite")};
}

Check throttling(const HostActivity& activity) {
  if (!activity.throttled || !activity.throttled_before) {
    return {"throttling", kUnknown, "the control group does not count throttled periods", ""};
  }
  const double before = *activity.throttled_before;
  const Fitness status = *activity.throttled > 0.0 ? kUnfit : before > 0.0 ? kWarn : kOk;
  return {"throttling", status,
          fmt::format("the control group was stopped in {} while watched, {} before",
                      plural(*activity.throttled, "period"), plural(before, "period")),
          advice_unless_ok(status, "raise the quota, or use fewer threads than it allows")};
}

Check cpuset(const HostFacts& facts) {
  const auto usable = static_cast<int>(facts.cpus.size());
  const std::string finding =
      fmt::format("this process may use {} of {}", usable, plural(facts.online_cpus, "CPU"));
  if (usable >= facts.online_cpus) return {"cpuset", kOk, finding, ""};
  return {"cpuset", kWarn, finding,
          "what others do on the remaining CPUs shares caches, memory and power with the run: keep "
          "them idle, too"};
}

}  // namespace

std::vector<Check> contention_checks(const HostFacts& facts, const HostActivity& activity) {
  return {other_runs(facts),
          processor_use(facts, activity),
          run_queue(facts, activity),
          steal(facts, activity),
          cpu_quota(facts),
          throttling(activity),
          cpuset(facts)};
}

}  // namespace ndbench
