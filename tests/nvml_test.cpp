#include "core/nvml.h"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "core/host_watch.h"
#include "core/measured_block.h"
#include "environment_variable.h"

namespace ndbench {
namespace {

using testing::Optional;
using testing::SizeIs;

// LD_LIBRARY_PATH of these tests names the folder of an NVML that says what it is told to say.

TEST(Nvml, TellsWhatEachGpuIs) {
  const auto gpus = read_gpu_facts();
  ASSERT_THAT(gpus, SizeIs(2));
  const GpuFacts& gpu = gpus[1];
  EXPECT_EQ(gpu.uuid, "GPU-2");
  EXPECT_EQ(gpu.name, "Fake GPU");
  EXPECT_EQ(gpu.driver, "580.1");
  EXPECT_THAT(gpu.memory_bytes, Optional(1000));
  EXPECT_THAT(gpu.power_limit, Optional(700.5));
  EXPECT_THAT(gpu.highest_clock, Optional(1.98e9));
  EXPECT_THAT(gpu.has_ecc, Optional(true));
  EXPECT_FALSE(gpus[0].power_limit) << "the board does not tell it";
}

TEST(Nvml, NamesTheSlowdownsThatNobodyAskedFor) {
  for (const std::uint64_t asked : {0x0, 0x1, 0x2, 0x4, 0x10, 0x100}) {
    EXPECT_EQ(slowdown_words(asked), "") << asked;
  }
  EXPECT_EQ(slowdown_words(0x08), "the hardware asks for it");
  EXPECT_EQ(slowdown_words(0x20), "it is too hot");
  EXPECT_EQ(slowdown_words(0x48), "it is too hot");
  EXPECT_EQ(slowdown_words(0x80), "the power supply asks for it");
}

TEST(Nvml, LeavesOutThisProcessesChildrenAndWhatItCannotSee) {
  const pid_t child = fork();
  if (child == 0) {
    pause();
    _exit(0);
  }
  const auto others_with = [](int process) {
    const std::string text = std::to_string(process);
    const EnvironmentVariable variable("FAKE_NVML_PROCESS", text.c_str());
    return read_gpus().at(1).others;
  };
  EXPECT_EQ(others_with(child), 0);
  EXPECT_EQ(others_with(999999999), 0);
  EXPECT_EQ(others_with(getppid()), 1);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
}

/// What disturbed a block that computed on a GPU.
std::string disturbance_on(const std::string& gpu) {
  HostWatch watch([] {
    HostReading reading;
    reading.gpus = read_gpus();
    return reading;
  });
  watch.begin();
  MeasuredBlock block;
  block.seconds = {0.5};
  block.host = watch.end(0.0, 1, gpu);
  return disturbance_of(block, HostLoad::kUnknown);
}

TEST(Nvml, ASlowdownDisturbsABlockOnThatGpuAlone) {
  const EnvironmentVariable slowdowns("FAKE_NVML_SLOWDOWNS", "64");
  EXPECT_EQ(disturbance_on("GPU-2"), "the GPU was slowed down: it is too hot");
  EXPECT_EQ(disturbance_on("GPU-1"), "");
  EXPECT_EQ(disturbance_on(""), "");
}

TEST(Nvml, AnotherProcessDisturbsABlockOnThatGpuAlone) {
  const std::string parent = std::to_string(getppid());
  const EnvironmentVariable process("FAKE_NVML_PROCESS", parent.c_str());
  EXPECT_EQ(disturbance_on("GPU-2"), "1 other process computed on the GPU");
  EXPECT_EQ(disturbance_on("GPU-1"), "");
}

}  // namespace
}  // namespace ndbench
