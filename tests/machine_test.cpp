#include "core/machine.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "environment_variable.h"

namespace ndbench {
namespace {

using testing::Contains;
using testing::Key;
using testing::Not;
using testing::Pair;
using testing::StartsWith;

// What a machine is differs from one to the next; this much holds everywhere.
TEST(Machine, IsReadInFull) {
  const Machine machine = read_machine();
  EXPECT_NE(machine.host_name, "");
  EXPECT_THAT(machine.kernel, StartsWith("Linux "));
  EXPECT_NE(machine.cpu_model, "");
  EXPECT_NE(machine.governor, "");
  EXPECT_TRUE(std::is_sorted(machine.cpu_flags.begin(), machine.cpu_flags.end()));
  EXPECT_GE(machine.cores, 1);
  EXPECT_GE(machine.hardware_threads, machine.cores);
  EXPECT_GT(machine.memory_bytes, 16 << 20);
}

TEST(Machine, ReadsTheSameTwice) {
  const Machine one = read_machine();
  const Machine two = read_machine();
  EXPECT_EQ(one.cpu_model, two.cpu_model);
  EXPECT_EQ(one.cpu_flags, two.cpu_flags);
  EXPECT_EQ(one.cores, two.cores);
  EXPECT_EQ(one.memory_bytes, two.memory_bytes);
}

TEST(LoadAverage, IsThreeFiniteNumbers) {
  for (const double load : load_average()) EXPECT_TRUE(std::isfinite(load));
}

TEST(ComputeEnvironment, HasWhatChangesComputing) {
  const EnvironmentVariable threads("OMP_NUM_THREADS", "2");
  const EnvironmentVariable equals("MKL_DEBUG_CPU_TYPE", "a=b");
  const EnvironmentVariable empty("KMP_SETTINGS", "");
  const auto found = compute_environment();
  EXPECT_THAT(found, Contains(Pair("OMP_NUM_THREADS", "2")));
  EXPECT_THAT(found, Contains(Pair("MKL_DEBUG_CPU_TYPE", "a=b")));
  EXPECT_THAT(found, Contains(Pair("KMP_SETTINGS", "")));
}

TEST(ComputeEnvironment, HasNothingElse) {
  const EnvironmentVariable secret("NDBENCH_TEST_SECRET", "x");
  const EnvironmentVariable near_miss("LD_PRELOADED", "x");  // LD_PRELOAD= is one
  const EnvironmentVariable unset("OMP_NUM_THREADS", nullptr);
  const auto found = compute_environment();
  EXPECT_THAT(found, Not(Contains(Key("NDBENCH_TEST_SECRET"))));
  EXPECT_THAT(found, Not(Contains(Key("LD_PRELOADED"))));
  EXPECT_THAT(found, Not(Contains(Key("OMP_NUM_THREADS"))));
}

TEST(FlagEnvironment, HasTheVariablesThatActAsFlagsAlone) {
  const EnvironmentVariable filter("BENCHMARK_FILTER", "cpu");
  const EnvironmentVariable data("NDBENCH_DATA_PATH", "/data");
  const EnvironmentVariable threads("OMP_NUM_THREADS", "2");
  const auto found = flag_environment();
  EXPECT_THAT(found, Contains(Pair("BENCHMARK_FILTER", "cpu")));
  EXPECT_THAT(found, Contains(Pair("NDBENCH_DATA_PATH", "/data")));
  EXPECT_THAT(found, Not(Contains(Key("OMP_NUM_THREADS"))));
}

}  // namespace
}  // namespace ndbench
