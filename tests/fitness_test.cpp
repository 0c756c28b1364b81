#include "core/fitness.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <set>

namespace ndbench {
namespace {

using testing::HasSubstr;
using testing::Not;
using enum Fitness;

constexpr double kGibibyte = 1024.0 * 1024.0 * 1024.0;

/// A host with nothing to complain about.
HostFacts good_facts() {
  HostFacts facts;
  facts.machine.cores = 4;
  facts.machine.hardware_threads = 4;
  facts.cpus = {0, 1, 2, 3};
  facts.online_cpus = 4;
  facts.smt = false;
  facts.load = 0.1;
  facts.cpu_quota = std::numeric_limits<double>::infinity();
  facts.governors = {"performance"};
  facts.turbo = false;
  facts.slowest_hertz = facts.fastest_hertz = 3e9;
  facts.most_hertz = facts.allowed_hertz = 3e9;
  facts.available_bytes = 8 * kGibibyte;
  facts.swap_used_bytes = 0.0;
  facts.huge_pages = "madvise";
  facts.clock_source = "tsc";
  facts.clock = {1e-9, 20e-9};
  facts.has_run_delay = true;
  facts.aslr = 2.0;
  facts.battery = false;
  facts.numa_balancing = false;
  facts.results = {"results", "", 10 * kGibibyte};
  return facts;
}

HostActivity good_activity() {
  HostActivity seen;
  seen.seconds = 3.0;
  seen.others = seen.stolen = seen.runnable = 0.0;
  seen.throttled_before = seen.throttled = seen.swapped = 0.0;
  seen.too_hot_before = seen.too_hot = 0.0;
  return seen;
}

Check find(const std::vector<Check>& checks, const std::string& name) {
  const auto found = std::find_if(checks.begin(), checks.end(),
                                  [&](const Check& check) { return check.name == name; });
  if (found != checks.end()) return *found;
  ADD_FAILURE() << "there is no check " << name;
  return {};
}

TEST(Fitness, OfAGoodHostIsOkInEveryCheck) {
  for (const Check& check : judge(good_facts(), good_activity())) {
    EXPECT_EQ(check.status, kOk) << check.name << ": " << check.finding;
    EXPECT_EQ(check.advice, "") << check.name;
    EXPECT_NE(check.finding, "") << check.name;
  }
}

TEST(Fitness, AsksEachQuestionOnce) {
  std::set<std::string> names;
  const auto checks = judge(good_facts(), good_activity());
  for (const Check& check : checks) names.insert(check.name);
  EXPECT_EQ(names.size(), checks.size());
}

TEST(Fitness, OfAHostThatTellsNothingIsNotUnfit) {
  HostFacts facts;
  facts.results.free_bytes = 10 * kGibibyte;
  const auto checks = judge(facts, HostActivity{});
  EXPECT_EQ(find(checks, "processor_use").status, kUnknown);
  EXPECT_EQ(find(checks, "steal").status, kUnknown);
  EXPECT_EQ(find(checks, "cpu_quota").status, kUnknown);
  EXPECT_EQ(find(checks, "governor").status, kUnknown);
  EXPECT_EQ(find(checks, "memory").status, kUnknown);
  EXPECT_LT(worst(checks), kUnfit);
}

TEST(Fitness, TellsTheWorstAndTakesUnknownForOk) {
  EXPECT_EQ(worst({}), kOk);
  EXPECT_EQ(worst({{"a", kUnknown, "", ""}}), kOk);
  EXPECT_EQ(worst({{"a", kUnfit, "", ""}, {"b", kWarn, "", ""}, {"c", kUnknown, "", ""}}), kUnfit);
}

/// One thing about the good host that is different, and what becomes of one check.
struct Case {
  const char* check;
  Fitness status;
  std::function<void(HostFacts&, HostActivity&)> change;
};

void judge_case(const Case& one) {
  HostFacts facts = good_facts();
  HostActivity seen = good_activity();
  one.change(facts, seen);
  const auto checks = judge(facts, seen);
  const Check check = find(checks, one.check);
  EXPECT_EQ(check.status, one.status) << check.name << ": " << check.finding;
  EXPECT_EQ(check.advice.empty(), one.status < kWarn) << check.name;
  for (const Check& other : checks) {
    if (other.name == check.name) continue;
    EXPECT_EQ(other.status, kOk) << check.name << ", " << other.name;
  }
}

TEST(Fitness, TurnsAtEachThreshold) {
  const double four_cpus = 4.0;
  for (const Case& one : std::vector<Case>{
           {"other_runs", kUnfit, [](auto& facts, auto&) { facts.runs = {{7, "x"}}; }},
           {"processor_use", kOk, [](auto&, auto& seen) { seen.others = 0.049; }},
           {"processor_use", kWarn, [](auto&, auto& seen) { seen.others = 0.05; }},
           {"processor_use", kWarn, [](auto&, auto& seen) { seen.others = 0.49; }},
           {"processor_use", kUnfit, [](auto&, auto& seen) { seen.others = 0.5; }},
           {"run_queue", kWarn, [](auto&, auto& seen) { seen.runnable = 0.5; }},
           {"run_queue", kWarn, [](auto&, auto& seen) { seen.runnable = 3.9; }},
           {"run_queue", kUnfit, [](auto&, auto& seen) { seen.runnable = 4.0; }},
           {"run_queue", kOk, [](auto& facts, auto&) { facts.load = 0.99; }},
           {"run_queue", kWarn, [](auto& facts, auto&) { facts.load = 1.0; }},
           {"steal", kOk, [=](auto&, auto& seen) { seen.stolen = four_cpus * 0.0049; }},
           {"steal", kWarn, [=](auto&, auto& seen) { seen.stolen = four_cpus * 0.0051; }},
           {"steal", kUnfit, [=](auto&, auto& seen) { seen.stolen = four_cpus * 0.0201; }},
           {"cpu_quota", kOk, [](auto& facts, auto&) { facts.cpu_quota = 4.0; }},
           {"cpu_quota", kUnfit, [](auto& facts, auto&) { facts.cpu_quota = 3.99; }},
           {"cpu_quota", kUnfit, [](auto& facts, auto&) { facts.cpu_quota = 0.1; }},
           {"cpu_quota", kWarn,
            [](auto& facts, auto&) {
              facts.machine.cores = 2;
              facts.cpu_quota = 2.0;
            }},
           {"throttling", kWarn, [](auto&, auto& seen) { seen.throttled_before = 1.0; }},
           {"throttling", kUnfit, [](auto&, auto& seen) { seen.throttled = 1.0; }},
           {"cpuset", kWarn, [](auto& facts, auto&) { facts.online_cpus = 8; }},
           {"governor", kWarn, [](auto& facts, auto&) { facts.governors = {"schedutil"}; }},
           {"governor", kWarn,
            [](auto& facts, auto&) { facts.governors = {"performance", "powersave"}; }},
           {"turbo", kWarn, [](auto& facts, auto&) { facts.turbo = true; }},
           {"turbo", kUnknown, [](auto& facts, auto&) { facts.turbo = std::nullopt; }},
           {"frequency", kWarn, [](auto& facts, auto&) { facts.allowed_hertz = 2e9; }},
           {"heat", kWarn, [](auto&, auto& seen) { seen.too_hot_before = 1.0; }},
           {"heat", kUnfit, [](auto&, auto& seen) { seen.too_hot = 1.0; }},
           {"virtualization", kWarn, [](auto& facts, auto&) { facts.machine.virtualized = true; }},
           {"memory", kWarn, [](auto& facts, auto&) { facts.available_bytes = 3.9 * kGibibyte; }},
           {"memory", kUnfit, [](auto& facts, auto&) { facts.available_bytes = 0.9 * kGibibyte; }},
           {"swap", kOk, [](auto& facts, auto&) { facts.swap_used_bytes = kGibibyte; }},
           {"swap", kUnfit, [](auto&, auto& seen) { seen.swapped = 1.0; }},
           {"huge_pages", kWarn, [](auto& facts, auto&) { facts.huge_pages = "always"; }},
           {"numa_balancing", kWarn, [](auto& facts, auto&) { facts.numa_balancing = true; }},
           {"clock", kWarn, [](auto& facts, auto&) { facts.clock_source = "hpet"; }},
           {"clock", kWarn, [](auto& facts, auto&) { facts.clock.resolution_seconds = 4e-3; }},
           {"clock", kWarn, [](auto& facts, auto&) { facts.clock.read_seconds = 2e-6; }},
           {"run_delay", kWarn, [](auto& facts, auto&) { facts.has_run_delay = false; }},
           {"counters", kOk, [](auto& facts, auto&) { facts.no_counters = "not permitted"; }},
           {"aslr", kWarn, [](auto& facts, auto&) { facts.aslr = 0.0; }},
           {"battery", kWarn, [](auto& facts, auto&) { facts.battery = true; }},
           {"environment", kWarn,
            [](auto& facts, auto&) { facts.environment = {{"OMP_NUM_THREADS", "8"}}; }},
           {"results", kUnfit, [](auto& facts, auto&) { facts.results.unwritable = "read-only"; }},
           {"results", kWarn, [](auto& facts, auto&) { facts.results.free_bytes = 1e9; }},
           {"results", kUnfit, [](auto& facts, auto&) { facts.results.free_bytes = 1e7; }}}) {
    judge_case(one);
  }
}

TEST(Fitness, NamesWhoUsesTheProcessors) {
  HostActivity seen = good_activity();
  seen.others = 1.5;
  seen.users = {{42, "cc1plus", 1.25}, {7, "evil\x1b[2J", 0.25}};
  const Check check = find(judge(good_facts(), seen), "processor_use");
  EXPECT_THAT(check.finding,
              HasSubstr("1.50 of 4 CPUs busy for 3 s: cc1plus (42) 1.25, evil\\x1b[2J (7) 0.25"));
}

TEST(Fitness, SaysThatUsersCannotBeSeen) {
  HostActivity seen = good_activity();
  seen.others = 1.5;
  EXPECT_THAT(find(judge(good_facts(), seen), "processor_use").finding,
              HasSubstr("cannot be seen from here"));
}

TEST(Fitness, NamesOtherRunsAndVariablesSafely) {
  HostFacts facts = good_facts();
  facts.runs = {{42, "ndbench_suite"}};
  facts.environment = {{"LD_PRELOAD", "/x\x1b[2J"}};
  const auto checks = judge(facts, good_activity());
  EXPECT_THAT(find(checks, "other_runs").finding, HasSubstr("process 42 (ndbench_suite)"));
  EXPECT_THAT(find(checks, "environment").finding, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace ndbench
