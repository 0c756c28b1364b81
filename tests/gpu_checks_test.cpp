#include "core/gpu_checks.h"

#include <gmock/gmock.h>

namespace ndbench {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

GpuFacts h200() {
  return {.uuid = "GPU-1",
          .name = "NVIDIA H200",
          .driver = "580.1",
          .memory_bytes = std::int64_t{140} << 30,
          .power_limit = 700.0,
          .highest_clock = 1.98e9,
          .has_ecc = true};
}

TEST(GpuChecks, SayThatThereIsNone) {
  const auto checks = gpu_checks({}, {});
  ASSERT_THAT(checks, SizeIs(1));
  EXPECT_EQ(checks[0].name, "gpu");
  EXPECT_EQ(checks[0].status, Fitness::kOk);
  EXPECT_THAT(checks[0].finding, HasSubstr("no NVIDIA driver"));
}

TEST(GpuChecks, SayWhatEachIs) {
  const std::vector<GpuFacts> gpus{h200(), {.uuid = "GPU-2", .name = "other", .driver = "580.1"}};
  const std::vector<GpuReading> readings{{.uuid = "GPU-1", .clock = 1.2e9}};
  const auto checks = gpu_checks(gpus, readings);
  ASSERT_THAT(checks, SizeIs(2));
  EXPECT_EQ(checks[0].name, "gpu.0");
  EXPECT_EQ(checks[0].finding,
            "NVIDIA H200, driver 580.1, 140.0 GiB, 700 W, up to 1980 MHz, ECC on; now at 1200 MHz");
  EXPECT_EQ(checks[0].status, Fitness::kOk);
  EXPECT_EQ(checks[1].finding, "other, driver 580.1");
}

TEST(GpuChecks, CallOneThatIsSlowedDownOrSharedUnfit) {
  const std::vector<GpuFacts> gpus{h200()};
  const auto hot = gpu_checks(gpus, std::vector<GpuReading>{{.uuid = "GPU-1", .slowdowns = 0x20}});
  EXPECT_EQ(hot[0].status, Fitness::kUnfit);
  EXPECT_THAT(hot[0].finding, HasSubstr("slowed down: it is too hot"));
  EXPECT_THAT(hot[0].advice, Not(IsEmpty()));
  const auto shared = gpu_checks(gpus, std::vector<GpuReading>{{.uuid = "GPU-1", .others = 2}});
  EXPECT_EQ(shared[0].status, Fitness::kUnfit);
  EXPECT_THAT(shared[0].finding, HasSubstr("2 processes of others on it"));
  // A power cap that is reached is how a board is meant to run.
  const auto capped = gpu_checks(gpus, std::vector<GpuReading>{{.uuid = "GPU-1", .slowdowns = 4}});
  EXPECT_EQ(capped[0].status, Fitness::kOk);
}

TEST(GpuChecks, ShowNamesThatADriverChoseSafely) {
  GpuFacts gpu = h200();
  gpu.name = "evil\x1b[2J";
  EXPECT_THAT(gpu_checks(std::vector{gpu}, {})[0].finding, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace ndbench
