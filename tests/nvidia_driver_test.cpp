#include "nvidia_driver.h"

#include <gmock/gmock.h>

#include "environment_variable.h"

namespace ndbench {
namespace {

using testing::ElementsAre;
using testing::Pair;

// LD_LIBRARY_PATH of these tests names the folder of a driver that says what it is told to say.

TEST(NvidiaDriver, HasNoProblemWithADevice) {
  const EnvironmentVariable devices("FAKE_CUDA_DEVICES", "1");
  EXPECT_EQ(driver_problem(), "");
}

TEST(NvidiaDriver, SaysInItsOwnWordsWhyItDoesNotStart) {
  const EnvironmentVariable error("FAKE_CUDA_INIT", "100");
  EXPECT_EQ(driver_problem(),
            "the NVIDIA driver does not start: no CUDA-capable device is detected (error 100)");
}

TEST(NvidiaDriver, GivesTheNumberOfAnErrorWithoutWords) {
  const EnvironmentVariable error("FAKE_CUDA_INIT", "999");
  EXPECT_EQ(driver_problem(), "the NVIDIA driver does not start: error 999");
}

TEST(NvidiaDriver, SaysThatItHasNoDevice) {
  const EnvironmentVariable devices("FAKE_CUDA_DEVICES", "0");
  EXPECT_EQ(driver_problem(), "the NVIDIA driver has no device");
}

TEST(NvidiaDriver, SaysThatItDoesNotListDevices) {
  const EnvironmentVariable devices("FAKE_CUDA_DEVICES", "-1");
  EXPECT_EQ(driver_problem(), "the NVIDIA driver does not list its devices: error 3");
}

TEST(NvidiaDriver, TellsDeviceAndVersion) {
  const EnvironmentVariable devices("FAKE_CUDA_DEVICES", "2");
  ASSERT_EQ(driver_problem(), "");
  EXPECT_THAT(driver_facts(1),
              ElementsAre(Pair("cuda_driver", "12.4"), Pair("gpu", "Fake 41"),
                          Pair("gpu_uuid", "GPU-292a2b2c-2d2e-2f30-3132-333435363738")));
}

TEST(NvidiaDriver, LeavesOutADeviceThatIsNotThere) {
  const EnvironmentVariable devices("FAKE_CUDA_DEVICES", "1");
  EXPECT_THAT(driver_facts(1), ElementsAre(Pair("cuda_driver", "12.4")));
}

}  // namespace
}  // namespace ndbench
