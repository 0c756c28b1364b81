#include "core/host_facts.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <limits>

#include "environment_variable.h"
#include "host_tree.h"

namespace ndbench {
namespace {

using testing::ElementsAre;
using testing::Ge;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Optional;

/// Read in a temporary folder of its own, so that results can be written.
class HostFactsTest : public testing::Test {
 protected:
  [[nodiscard]] HostFacts read() const { return read_host_facts(tree_.files(), folder_.path()); }

  /// The first CPU that this process may use.
  [[nodiscard]] std::string first_cpu() const {
    return "/sys/devices/system/cpu/cpu" + std::to_string(read().cpus.front());
  }

  HostTree tree_;
  TemporaryFolder folder_;
};

TEST_F(HostFactsTest, AreEmptyWhereTheHostTellsNothing) {
  const HostFacts facts = read();
  EXPECT_THAT(facts.cpus.size(), Ge(1U));
  EXPECT_EQ(facts.online_cpus, static_cast<int>(facts.cpus.size()));
  EXPECT_EQ(facts.smt, std::nullopt);
  EXPECT_EQ(facts.load, std::nullopt);
  EXPECT_EQ(facts.cpu_quota, std::nullopt);
  EXPECT_THAT(facts.governors, IsEmpty());
  EXPECT_EQ(facts.turbo, std::nullopt);
  EXPECT_EQ(facts.slowest_hertz, std::nullopt);
  EXPECT_EQ(facts.available_bytes, std::nullopt);
  EXPECT_EQ(facts.swap_used_bytes, std::nullopt);
  EXPECT_EQ(facts.huge_pages, "");
  EXPECT_EQ(facts.clock_source, "");
  EXPECT_FALSE(facts.has_run_delay);
  EXPECT_EQ(facts.aslr, std::nullopt);
  EXPECT_EQ(facts.battery, std::nullopt);
  EXPECT_EQ(facts.numa_balancing, std::nullopt);
}

TEST_F(HostFactsTest, AreReadFromWhereTheKernelTellsThem) {
  const std::string cpu = first_cpu();
  tree_.write("/sys/devices/system/cpu/online", "0-15\n")
      .write("/sys/devices/system/cpu/smt/active", "1\n")
      .write("/proc/loadavg", "0.25 0.50 0.75 1/100 4711\n")
      .write(cpu + "/cpufreq/scaling_governor", "schedutil\n")
      .write(cpu + "/cpufreq/scaling_cur_freq", "2000000\n")
      .write(cpu + "/cpufreq/cpuinfo_max_freq", "4000000\n")
      .write(cpu + "/cpufreq/scaling_max_freq", "3000000\n")
      .write("/sys/devices/system/cpu/cpufreq/boost", "1\n")
      .write("/proc/meminfo", "MemAvailable: 2048 kB\nSwapTotal: 10 kB\nSwapFree: 4 kB\n")
      .write("/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n")
      .write("/sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet\n")
      .write("/proc/self/schedstat", "0 3545308 1\n")
      .write("/proc/sys/kernel/randomize_va_space", "2\n")
      .write("/proc/sys/kernel/numa_balancing", "0\n")
      .write("/sys/class/power_supply/BAT0/type", "Battery\n")
      .write("/sys/class/power_supply/BAT0/status", "Discharging\n");
  const HostFacts facts = read();
  EXPECT_EQ(facts.online_cpus, 16);
  EXPECT_THAT(facts.smt, Optional(true));
  EXPECT_THAT(facts.load, Optional(0.25));
  EXPECT_THAT(facts.governors, ElementsAre("schedutil"));
  EXPECT_THAT(facts.slowest_hertz, Optional(2e9));
  EXPECT_THAT(facts.most_hertz, Optional(4e9));
  EXPECT_THAT(facts.allowed_hertz, Optional(3e9));
  EXPECT_THAT(facts.turbo, Optional(true));
  EXPECT_THAT(facts.available_bytes, Optional(2048.0 * 1024.0));
  EXPECT_THAT(facts.swap_used_bytes, Optional(6.0 * 1024.0));
  EXPECT_EQ(facts.huge_pages, "madvise");
  EXPECT_EQ(facts.clock_source, "hpet");
  EXPECT_TRUE(facts.has_run_delay);
  EXPECT_THAT(facts.aslr, Optional(2.0));
  EXPECT_THAT(facts.numa_balancing, Optional(false));
  EXPECT_THAT(facts.battery, Optional(true));
}

TEST_F(HostFactsTest, AreNotMadeUpFromGarbage) {
  tree_.write("/sys/devices/system/cpu/online", "all of them\n")
      .write("/proc/loadavg", "")
      .write("/proc/meminfo", "MemAvailable: lots\n\x01\x02")
      .write("/sys/kernel/mm/transparent_hugepage/enabled", "]always[\n")
      .write("/proc/self/schedstat", "0 0 0\n")
      .write("/proc/sys/kernel/randomize_va_space", "2 or so\n")
      .write("/sys/devices/system/cpu/intel_pstate/no_turbo", "\n")
      .write("/proc/cpuinfo", "cpu MHz\t\t: fast\ncpu MHz\n");
  const HostFacts facts = read();
  EXPECT_EQ(facts.online_cpus, static_cast<int>(facts.cpus.size()));
  EXPECT_EQ(facts.load, std::nullopt);
  EXPECT_EQ(facts.available_bytes, std::nullopt);
  EXPECT_EQ(facts.huge_pages, "");
  EXPECT_FALSE(facts.has_run_delay);
  EXPECT_EQ(facts.aslr, std::nullopt);
  EXPECT_EQ(facts.turbo, std::nullopt);
  EXPECT_EQ(facts.slowest_hertz, std::nullopt);
}

TEST_F(HostFactsTest, TakeFrequenciesFromCpuinfoWhereNoDriverTellsThem) {
  tree_.write("/proc/cpuinfo", "cpu MHz\t\t: 2400.5\nmodel name\t: X\ncpu MHz\t\t: 3000\n");
  EXPECT_THAT(read().slowest_hertz, Optional(2400.5e6));
  EXPECT_THAT(read().fastest_hertz, Optional(3000e6));
}

TEST_F(HostFactsTest, KnowThatTurboIsOffFromTheIntelDriver) {
  tree_.write("/sys/devices/system/cpu/intel_pstate/no_turbo", "1\n");
  EXPECT_THAT(read().turbo, Optional(false));
}

TEST_F(HostFactsTest, TakeNoMousesBatteryForTheHosts) {
  tree_.write("/sys/class/power_supply/mouse/type", "Battery\n")
      .write("/sys/class/power_supply/mouse/scope", "Device\n")
      .write("/sys/class/power_supply/mouse/status", "Discharging\n")
      .write("/sys/class/power_supply/AC/type", "Mains\n");
  EXPECT_EQ(read().battery, std::nullopt);
}

TEST_F(HostFactsTest, MeasureTheClock) {
  const ClockCost clock = measure_clock();
  EXPECT_GT(clock.resolution_seconds, 0.0);
  EXPECT_LT(clock.resolution_seconds, 1.0);
  EXPECT_GT(clock.read_seconds, 0.0);
}

TEST_F(HostFactsTest, LookAtTheNearestFolderThatIsThereAndMakeNone) {
  const auto place = folder_.path() / "not" / "yet";
  const HostFacts facts = read_host_facts(tree_.files(), place);
  EXPECT_EQ(facts.results.unwritable, "");
  EXPECT_GT(facts.results.free_bytes, 0.0);
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "not"));
}

TEST_F(HostFactsTest, TellWhyResultsCannotBeWritten) {
  write_bytes(folder_.path() / "file", "");
  EXPECT_THAT(read_host_facts(tree_.files(), folder_.path() / "file" / "x").results.unwritable,
              HasSubstr("is not a folder"));
  EXPECT_NE(read_host_facts(tree_.files(), "/proc/1/no such").results.unwritable, "");
}

TEST_F(HostFactsTest, NameTheRunThatMeasures) {
  const std::string name = "host_facts_test " + std::to_string(getpid());
  const EnvironmentVariable variable("NDBENCH_HOST_LOCK_NAME", name.c_str());
  EXPECT_THAT(read().runs, IsEmpty());
  InterruptSignals signals;
  const HostLock lock(name, HostSharing::kRefuse, signals, [](const MeasuringRun&) {});
  ASSERT_EQ(read().runs.size(), 1U);
  EXPECT_EQ(read().runs[0].process, getpid());
}

}  // namespace
}  // namespace ndbench
