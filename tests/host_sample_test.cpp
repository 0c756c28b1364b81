#include "core/host_sample.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include "host_tree.h"

namespace ndbench {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

/// proc(5): pid (comm) state ppid … utime is field 14, stime 15, starttime 22.
std::string stat_line(int process, const std::string& name, long ticks, long started) {
  return std::to_string(process) + " (" + name + ") S 1 1 1 0 -1 4194304 0 0 0 0 " +
         std::to_string(ticks) + " 0 0 0 20 0 1 0 " + std::to_string(started) + " 0 0\n";
}

long ticks(double seconds) {
  return static_cast<long>(seconds * static_cast<double>(sysconf(_SC_CLK_TCK)));
}

TEST(HostSample, AddsUpTheCpusThatMayBeUsed) {
  HostTree tree;
  const std::string second = std::to_string(ticks(1));
  const std::string two = std::to_string(ticks(2));
  // user nice system idle iowait irq softirq steal guest guest_nice
  tree.write("/proc/stat", "cpu 0 0 0 0 0 0 0 0 0 0\ncpu0 " + second + " " + second + " 0 " + two +
                               " " + two + " 0 0 " + second + " 5 5\ncpu1 0 0 " + two + " 0 0 0 " +
                               second + " 0 0 0\ncpu10 " + two + " 0 0 0 0 0 0 " + two +
                               " 0 0\nprocs_running 7\n");
  const HostSample one = read_sample(tree.files(), {0}, false);
  EXPECT_THAT(one.busy, Optional(2.0));
  EXPECT_THAT(one.stolen, Optional(1.0));
  EXPECT_THAT(one.runnable, Optional(7.0));
  const HostSample both = read_sample(tree.files(), {0, 1}, false);
  EXPECT_THAT(both.busy, Optional(5.0));
  EXPECT_THAT(both.stolen, Optional(1.0));
}

TEST(HostSample, TellsNothingOfCpusThatAreNotAllThere) {
  HostTree tree;
  tree.write("/proc/stat", "cpu0 1 1 1 1 1 1 1 1\ncpu1 1 1 1\ncpu2 a b c d e f g h\n");
  EXPECT_NE(read_sample(tree.files(), {0}, false).busy, std::nullopt);
  EXPECT_EQ(read_sample(tree.files(), {0, 1}, false).busy, std::nullopt);
  EXPECT_EQ(read_sample(tree.files(), {2}, false).busy, std::nullopt);
  EXPECT_EQ(read_sample(tree.files(), {}, false).busy, std::nullopt);
}

TEST(HostSample, OfAnEmptyHostIsEmpty) {
  const HostSample sample = read_sample(HostTree().files(), {0}, true);
  EXPECT_EQ(sample.busy, std::nullopt);
  EXPECT_EQ(sample.stolen, std::nullopt);
  EXPECT_EQ(sample.runnable, std::nullopt);
  EXPECT_EQ(sample.throttled, std::nullopt);
  EXPECT_EQ(sample.swapped, std::nullopt);
  EXPECT_EQ(sample.too_hot, std::nullopt);
  EXPECT_THAT(sample.processes, IsEmpty());
}

TEST(HostSample, ReadsProcessesWhateverTheirNamesAre) {
  HostTree tree;
  tree.write("/proc/7/stat", stat_line(7, "a) R 9 (b", ticks(3), 100))
      .write("/proc/8/stat", stat_line(8, "x\x1b[2J", ticks(1), 100))
      .write("/proc/9/stat", "9 (cut) S 1 1")
      .write("/proc/10/stat", ")(")
      .write("/proc/11/other", "")
      .write("/proc/99999999999/stat", stat_line(7, "n", 1, 1))
      .write("/proc/self/stat", stat_line(7, "n", 1, 1));
  const auto processes = read_sample(tree.files(), {0}, true).processes;
  ASSERT_EQ(processes.size(), 2U);
  EXPECT_EQ(processes.at(7).name, "a) R 9 (b");
  EXPECT_EQ(processes.at(7).seconds, 3.0);
  EXPECT_EQ(processes.at(8).name, "x\\x1b[2J");
}

TEST(HostSample, CountsSwappingAndHeat) {
  HostTree tree;
  tree.write("/proc/vmstat", "pgpgin 4\npswpin 5\npswpout 6\n")
      .write("/sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count", "2\n")
      .write("/sys/devices/system/cpu/cpu1/thermal_throttle/package_throttle_count", "3\n");
  const HostSample sample = read_sample(tree.files(), {0, 1}, false);
  EXPECT_THAT(sample.swapped, Optional(11.0));
  EXPECT_THAT(sample.too_hot, Optional(5.0));
}

/// A second between two samples of a host on which processes ran.
HostSample sample_at(double seconds, double busy, std::map<int, ProcessTime> processes) {
  HostSample sample;
  sample.seconds = seconds;
  sample.busy = busy;
  sample.stolen = 0.0;
  sample.runnable = 1.0;
  sample.processes = std::move(processes);
  return sample;
}

TEST(Activity, LeavesOutThisProcess) {
  HostSample before = sample_at(10.0, 100.0, {});
  HostSample after = sample_at(14.0, 103.0, {{1, {"self", 5.0, 3.0}}});
  before.own = 1.0;
  after.own = 2.0;
  const HostActivity seen = activity({before, after}, 1);
  EXPECT_THAT(seen.others, Optional(0.5));
  EXPECT_THAT(seen.users, IsEmpty());
  EXPECT_EQ(seen.seconds, 4.0);
}

TEST(Activity, NamesTheThreeLargestUsersByWhatTheyUsedMeanwhile) {
  const HostSample before = sample_at(0.0, 0.0,
                                      {{1, {"old", 1.0, 1000.0}},
                                       {2, {"busy", 1.0, 10.0}},
                                       {3, {"ended", 1.0, 5.0}},
                                       {4, {"reused", 1.0, 50.0}}});
  const HostSample after = sample_at(2.0, 4.0,
                                     {{1, {"old", 1.0, 1000.0}},
                                      {2, {"busy", 1.0, 11.0}},
                                      {4, {"reborn", 9.0, 1.5}},
                                      {5, {"new", 9.0, 0.5}},
                                      {6, {"least", 9.0, 0.25}},
                                      {7, {"idle", 9.0, 0.001}}});
  std::vector<std::string> names;
  for (const ProcessUse& user : activity({before, after}, 99).users) names.push_back(user.name);
  EXPECT_THAT(names, ElementsAre("reborn", "busy", "new"));
  EXPECT_EQ(activity({before, after}, 99).users[0].cores, 0.75);
}

TEST(Activity, AveragesWhoWantsToRunOverAllSamples) {
  HostSample idle = sample_at(0.0, 0.0, {});
  HostSample busy = sample_at(1.0, 0.0, {});
  busy.runnable = 4.0;  // this process is one of them
  HostSample hidden = sample_at(2.0, 0.0, {});
  hidden.runnable = std::nullopt;
  EXPECT_THAT(activity({idle, busy, hidden}, 1).runnable, Optional(DoubleNear(1.5, 1e-12)));
}

TEST(Activity, IsUnknownWhereASampleLacksIt) {
  const HostSample nothing = read_sample(HostTree().files(), {0}, true);
  HostSample later = nothing;
  later.seconds += 1.0;
  const HostActivity seen = activity({nothing, later}, 1);
  EXPECT_EQ(seen.others, std::nullopt);
  EXPECT_EQ(seen.stolen, std::nullopt);
  EXPECT_EQ(seen.runnable, std::nullopt);
  EXPECT_EQ(seen.throttled, std::nullopt);
  EXPECT_EQ(seen.swapped, std::nullopt);
  EXPECT_EQ(seen.too_hot, std::nullopt);
}

TEST(Activity, OfNoTimeOrOfCountersSetBackIsNoNonsense) {
  const HostSample sample = sample_at(1.0, 5.0, {});
  EXPECT_EQ(activity({sample, sample}, 1).others, std::nullopt);
  HostSample back = sample_at(2.0, 4.0, {});
  EXPECT_THAT(activity({sample, back}, 1).others, Optional(0.0));
}

}  // namespace
}  // namespace ndbench
