#include "core/worker_environment.h"

#include <gmock/gmock.h>

#include <string>

#include "environment_variable.h"

namespace ndbench {
namespace {

using testing::ElementsAre;
using testing::Pair;

/// Without the variables that a user's environment may hold already.
class WorkerEnvironment : public testing::Test {
 protected:
  EnvironmentVariable no_policy_{"OMP_WAIT_POLICY", nullptr};
  EnvironmentVariable no_count_{"GOMP_SPINCOUNT", nullptr};
  EnvironmentVariable no_mmap_threshold_{"MALLOC_MMAP_THRESHOLD_", nullptr};
  EnvironmentVariable no_trim_threshold_{"MALLOC_TRIM_THRESHOLD_", nullptr};
};

TEST_F(WorkerEnvironment, SetsTheThreadsOfEveryLibraryAndWhatSteadiesTimes) {
  EXPECT_THAT(
      worker_environment(Tooling{}, 3),
      ElementsAre(Pair("GOMP_SPINCOUNT", "1000"), Pair("MALLOC_MMAP_THRESHOLD_", "33554432"),
                  Pair("MALLOC_TRIM_THRESHOLD_", "1073741824"), Pair("MKL_DYNAMIC", "false"),
                  Pair("MKL_NUM_THREADS", "3"), Pair("OMP_DYNAMIC", "false"),
                  Pair("OMP_NUM_THREADS", "3"), Pair("OPENBLAS_NUM_THREADS", "3")));
}

TEST_F(WorkerEnvironment, LeavesTheUsersChoicesAlone) {
  const EnvironmentVariable mmap_threshold("MALLOC_MMAP_THRESHOLD_", "1");
  const EnvironmentVariable trim_threshold("MALLOC_TRIM_THRESHOLD_", "1");
  for (const char* name : {"OMP_WAIT_POLICY", "GOMP_SPINCOUNT"}) {
    const EnvironmentVariable chosen(name, "1");
    EXPECT_THAT(worker_environment(Tooling{}, 3),
                ElementsAre(Pair("MKL_DYNAMIC", "false"), Pair("MKL_NUM_THREADS", "3"),
                            Pair("OMP_DYNAMIC", "false"), Pair("OMP_NUM_THREADS", "3"),
                            Pair("OPENBLAS_NUM_THREADS", "3")))
        << name;
  }
}

TEST_F(WorkerEnvironment, LetsThreadsSleepAtOnceWhereTheyAreMoreThanTheProcessors) {
  EXPECT_EQ(worker_environment({}, 2, 1).at("GOMP_SPINCOUNT"), "0");
  EXPECT_EQ(worker_environment({}, 2, 2).at("GOMP_SPINCOUNT"), "1000");
  EXPECT_EQ(worker_environment({}, 2, 4).at("GOMP_SPINCOUNT"), "1000");
  const EnvironmentVariable chosen("GOMP_SPINCOUNT", "7");
  EXPECT_FALSE(worker_environment({}, 2, 1).contains("GOMP_SPINCOUNT"));
}

TEST_F(WorkerEnvironment, SetsTheVariablesOfKnobsAndClearsThoseThatAreEmpty) {
  const auto environment = worker_environment(
      {{"cublas_workspace", ""}, {"aten_cpu_capability", "default"}, {"deterministic", true}}, 1);
  EXPECT_EQ(environment.at("CUBLAS_WORKSPACE_CONFIG"), "");
  EXPECT_EQ(environment.at("ATEN_CPU_CAPABILITY"), "default");
  EXPECT_FALSE(environment.contains("deterministic"));
}

TEST_F(WorkerEnvironment, LeavesSpinningToThePolicyThatAModeSets) {
  const auto environment = worker_environment({{"omp_wait_policy", "passive"}}, 1);
  EXPECT_EQ(environment.at("OMP_WAIT_POLICY"), "passive");
  EXPECT_FALSE(environment.contains("GOMP_SPINCOUNT"));
}

}  // namespace
}  // namespace ndbench
