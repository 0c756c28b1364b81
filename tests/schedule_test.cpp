#include "ndbench/schedule.h"

#include <gmock/gmock.h>

namespace ndbench {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

TEST(Schedule, ConstantStaysAtTheBase) {
  const Schedule schedule{.base = 0.1};
  EXPECT_EQ(schedule.rate_at(0.01), 0.1);
  EXPECT_EQ(schedule.rate_at(1000.0), 0.1);
}

TEST(Schedule, WarmUpRisesLinearlyToTheBase) {
  const Schedule schedule{.base = 0.4, .warmup_epochs = 2.0};
  EXPECT_THAT(schedule.rate_at(0.5), DoubleEq(0.1));
  EXPECT_THAT(schedule.rate_at(1.0), DoubleEq(0.2));
  EXPECT_THAT(schedule.rate_at(2.0), DoubleEq(0.4));
  EXPECT_THAT(schedule.rate_at(2.1), DoubleEq(0.4));
}

TEST(Schedule, StepMultipliesAfterEachMilestone) {
  const Schedule schedule{
      .kind = Schedule::Kind::kStep, .base = 1.0, .milestones = {30.0, 60.0}, .factor = 0.5};
  EXPECT_EQ(schedule.rate_at(1.0), 1.0);
  EXPECT_EQ(schedule.rate_at(30.0), 1.0) << "the last update of the 30th epoch";
  EXPECT_EQ(schedule.rate_at(30.01), 0.5);
  EXPECT_EQ(schedule.rate_at(60.0), 0.5);
  EXPECT_EQ(schedule.rate_at(61.0), 0.25);
}

TEST(Schedule, CosineFallsFromTheWarmUpToZeroAndStaysThere) {
  const Schedule schedule{
      .kind = Schedule::Kind::kCosine, .base = 2.0, .warmup_epochs = 1.0, .total_epochs = 5.0};
  EXPECT_THAT(schedule.rate_at(0.5), DoubleEq(1.0));
  EXPECT_THAT(schedule.rate_at(1.0), DoubleEq(2.0));
  // A quarter of the way: (1 + cos(pi / 4)) / 2 of the base.
  EXPECT_THAT(schedule.rate_at(2.0), DoubleEq(1.0 + 0.70710678118654757));
  EXPECT_THAT(schedule.rate_at(3.0), DoubleEq(1.0));
  EXPECT_NEAR(schedule.rate_at(5.0), 0.0, 1e-15);
  EXPECT_NEAR(schedule.rate_at(50.0), 0.0, 1e-15);
}

TEST(ParseMilestones, ReadsNoneOneAndSeveral) {
  EXPECT_THAT(parse_milestones(""), IsEmpty());
  EXPECT_THAT(parse_milestones("  "), IsEmpty());
  EXPECT_THAT(parse_milestones("75"), ElementsAre(75.0));
  EXPECT_THAT(parse_milestones("30, 60.5 ,80"), ElementsAre(30.0, 60.5, 80.0));
}

TEST(ParseMilestones, RefusesEverythingElse) {
  for (const char* text : {"x", "30;60", "30,", ",30", "60, 30", "30, 30", "0", "-1", "nan", "inf",
                           "1e999", "30 60", "30,,60"}) {
    EXPECT_THAT([&] { (void)parse_milestones(text); },
                ThrowsMessage<Error>(HasSubstr("ascending epochs")))
        << text;
  }
}

}  // namespace
}  // namespace ndbench
