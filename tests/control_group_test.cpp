#include "core/control_group.h"

#include <gmock/gmock.h>

#include <limits>

#include "host_tree.h"

namespace ndbench {
namespace {

using testing::Optional;

constexpr double kNoLimit = std::numeric_limits<double>::infinity();
constexpr double kMebibyte = 1024.0 * 1024.0;

TEST(ControlGroup, OfAHostWithoutAnyTellsNothing) {
  const HostTree tree;
  EXPECT_EQ(cpu_quota(tree.files()), std::nullopt);
  EXPECT_EQ(throttled_periods(tree.files()), std::nullopt);
  EXPECT_EQ(memory_left_in_group(tree.files()), kNoLimit);
}

TEST(ControlGroup, OfVersion2HasTheTightestQuotaOfAllAround) {
  HostTree tree;
  tree.write("/proc/self/cgroup", "0::/a/b\n")
      .write("/sys/fs/cgroup/cgroup.controllers", "cpu memory\n")
      .write("/sys/fs/cgroup/a/b/cpu.max", "max 100000\n")
      .write("/sys/fs/cgroup/a/cpu.max", "150000 100000\n")
      .write("/sys/fs/cgroup/a/b/cpu.stat", "usage_usec 9\nnr_throttled 2\n")
      .write("/sys/fs/cgroup/a/cpu.stat", "nr_periods 70\nnr_throttled 5\n");
  EXPECT_THAT(cpu_quota(tree.files()), Optional(1.5));
  EXPECT_THAT(throttled_periods(tree.files()), Optional(7.0));
}

TEST(ControlGroup, OfVersion2WithoutAQuotaHasNoLimit) {
  HostTree tree;
  tree.write("/proc/self/cgroup", "0::/\n")
      .write("/sys/fs/cgroup/cgroup.controllers", "cpu memory\n");
  EXPECT_THAT(cpu_quota(tree.files()), Optional(kNoLimit));
  tree.write("/sys/fs/cgroup/cpu.max", "max 100000\n");
  EXPECT_THAT(cpu_quota(tree.files()), Optional(kNoLimit));
}

TEST(ControlGroup, OfVersion1IsFoundWhereItsControllersAreMounted) {
  HostTree tree;
  tree.write("/proc/self/cgroup", "4:memory:/m\n3:cpu,cpuacct:/docker/1\n")
      .write("/sys/fs/cgroup/cpu,cpuacct/docker/1/cpu.cfs_quota_us", "50000\n")
      .write("/sys/fs/cgroup/cpu,cpuacct/docker/1/cpu.cfs_period_us", "100000\n")
      .write("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n")
      .write("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  EXPECT_THAT(cpu_quota(tree.files()), Optional(0.5));
}

TEST(ControlGroup, OfAContainerIsTheMountIfTheHostsPathIsNotThere) {
  HostTree tree;
  tree.write("/proc/self/cgroup", "3:cpu:/docker/1\n")
      .write("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "200000\n")
      .write("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n")
      .write("/sys/fs/cgroup/cpu/cpu.stat", "nr_throttled 1\n");
  EXPECT_THAT(cpu_quota(tree.files()), Optional(2.0));
  EXPECT_THAT(throttled_periods(tree.files()), Optional(1.0));
}

TEST(ControlGroup, OfGarbageTellsNothing) {
  for (const char* quota : {"", "max", "x 100000", "50000 0", "50000 -1", "nan nan"}) {
    HostTree tree;
    tree.write("/proc/self/cgroup", "garbage\n0::\n::\n0::/a\n")
        .write("/sys/fs/cgroup/a/cpu.max", quota)
        .write("/sys/fs/cgroup/a/cpu.stat", "nr_throttled many\n");
    EXPECT_EQ(cpu_quota(tree.files()), std::nullopt) << quota;
    EXPECT_EQ(throttled_periods(tree.files()), std::nullopt);
  }
}

TEST(MemoryLeftInGroup, CountsPagesThatCanBeDroppedAsFree) {
  HostTree tree;
  tree.write("/proc/self/cgroup", "0::/a\n")
      .write("/sys/fs/cgroup/a/memory.max", std::to_string(100 << 20))
      .write("/sys/fs/cgroup/a/memory.current", std::to_string(70 << 20));
  EXPECT_EQ(memory_left_in_group(tree.files()), 30 * kMebibyte);
  tree.write("/sys/fs/cgroup/a/memory.stat", "anon 1\ninactive_file " + std::to_string(20 << 20));
  EXPECT_EQ(memory_left_in_group(tree.files()), 50 * kMebibyte);
  tree.write("/sys/fs/cgroup/a/memory.max", "max\n");
  EXPECT_EQ(memory_left_in_group(tree.files()), kNoLimit);
}

TEST(MemoryLeftInGroup, KnowsHowVersion1SaysNoLimit) {
  HostTree tree;
  tree.write("/proc/self/cgroup", "4:memory:/\n")
      .write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n")
      .write("/sys/fs/cgroup/memory/memory.usage_in_bytes", "1000\n");
  EXPECT_EQ(memory_left_in_group(tree.files()), kNoLimit);
  tree.write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "1500\n");
  EXPECT_EQ(memory_left_in_group(tree.files()), 500.0);
}

TEST(ControlGroup, CountsKillsForWantOfMemory) {
  HostTree tree;
  EXPECT_EQ(out_of_memory_kills(tree.files()), std::nullopt);
  tree.write("/proc/vmstat", "nr_free_pages 7\noom_kill 9\n");
  EXPECT_THAT(out_of_memory_kills(tree.files()), Optional(9.0));
  tree.write("/proc/self/cgroup", "4:memory:/a/b\n")
      .write("/sys/fs/cgroup/memory/memory.oom_control",
             "oom_kill_disable 1\nunder_oom 0\noom_kill 4\n");
  EXPECT_THAT(out_of_memory_kills(tree.files()), Optional(4.0));
  tree.write("/sys/fs/cgroup/memory/a/b/memory.oom_control", "oom_kill_disable 0\noom_kill 2\n");
  EXPECT_THAT(out_of_memory_kills(tree.files()), Optional(2.0));
  tree.write("/proc/self/cgroup", "0::/c\n")
      .write("/sys/fs/cgroup/c/memory.events", "low 0\nmax 8\noom 6\noom_kill 5\n");
  EXPECT_THAT(out_of_memory_kills(tree.files()), Optional(5.0));
}

}  // namespace
}  // namespace ndbench
