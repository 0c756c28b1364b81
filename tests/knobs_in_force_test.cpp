#include "core/knobs_in_force.h"

#include <gmock/gmock.h>

namespace ndbench {
namespace {

TEST(KnobsInForce, PassIfNothingWasAskedForAndIfAllThatWasIsThere) {
  EXPECT_EQ(check_in_force({}, {{"threads", "2"}}).status, Status::kPassed);
  EXPECT_EQ(check_in_force({{"deterministic", true},
                            {"threads", std::int64_t{2}},
                            {"aten_cpu_capability", "avx2"},
                            {"openblas_coretype", "Haswell"}},
                           {{"deterministic", "true"},
                            {"threads", "2"},
                            {"aten_cpu_capability", "avx2"},
                            {"openblas_coretype", "HASWELL"}})
                .status,
            Status::kPassed);
}

TEST(KnobsInForce, PassWhatCannotBeReadBackAndWhatIsLeftAsShipped) {
  EXPECT_EQ(check_in_force({{"omp_wait_policy", "passive"}}, {}).status, Status::kPassed);
  EXPECT_EQ(check_in_force({{"aten_cpu_capability", ""}}, {{"aten_cpu_capability", "avx2"}}).status,
            Status::kPassed);
}

TEST(KnobsInForce, SkipWhatTheMachineDoesNotHave) {
  const Outcome outcome =
      check_in_force({{"aten_cpu_capability", "avx512"}}, {{"aten_cpu_capability", "avx2"}});
  EXPECT_EQ(outcome.status, Status::kSkipped);
  EXPECT_EQ(outcome.exit_code, ExitCode::kOk);
  EXPECT_EQ(outcome.reason,
            "aten_cpu_capability = avx512 was asked for, avx2 is in force: this machine does not "
            "have it, or the library is built without it");
}

TEST(KnobsInForce, FailWhereABackendDoesNotSetWhatItOffers) {
  for (const auto& [asked, read] :
       {std::pair(Tooling{{"deterministic", true}}, std::pair("deterministic", "false")),
        std::pair(Tooling{{"threads", std::int64_t{2}}}, std::pair("threads", "1"))}) {
    const Outcome outcome = check_in_force(asked, {{read.first, read.second}});
    EXPECT_EQ(outcome.status, Status::kFailed) << read.first;
    EXPECT_EQ(outcome.exit_code, ExitCode::kBenchmarkFailed);
    EXPECT_THAT(outcome.reason,
                testing::HasSubstr("was asked for, " + std::string(read.second) + " is in force"));
  }
}

}  // namespace
}  // namespace ndbench
