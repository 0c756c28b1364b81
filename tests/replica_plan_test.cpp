#include "core/replica_plan.h"

#include <gmock/gmock.h>

#include <cmath>

#include "core/two_samples.h"
#include "evaluated_records.h"

namespace ndbench {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::string> needs_of(const ReplicaPlan& plan) {
  std::vector<std::string> texts;
  for (const Need& need : plan.needs) texts.push_back(need_text(plan, need));
  return texts;
}

/// A cost that is known to ± `half` (of the logarithm) from so many pairs.
Ratio ratio(double half, std::size_t pairs) {
  return {.ratio = 1.0,
          .interval = {std::exp(-half), std::exp(half)},
          .minimum_detectable_effect = 0.1,
          .pairs = pairs};
}

TEST(ReplicaPlan, TakesTheTimeOfAWholeReplica) {
  Record record = evaluated(0, {});
  EXPECT_DOUBLE_EQ(replica_seconds(record), 2.5);  // prepared in 0.5 s, trained 1.5, evaluated 0.5
  record.epochs.push_back(record.epochs.back());
  EXPECT_DOUBLE_EQ(replica_seconds(record), 4.5);
}

TEST(ReplicaPlan, CountsUntimedStepsToo) {
  Record record = evaluated(0, {});
  record.cell.scope = ScopeKind::kStep;
  record.epochs.clear();
  record.steps.seconds = {0.25, 0.25, 1.0};
  record.steps.losses = std::vector<double>(8, 0.0);  // 4 of warm-up, 1 to settle
  EXPECT_DOUBLE_EQ(replica_seconds(record), 0.5 + 8 * 0.25);
}

TEST(ReplicaPlan, AsksForWhatIsMissing) {
  const ReplicaPlan plan = plan_replicas(
      {.replicas = 3, .seconds_per_replica = 30.0, .has_spread = true, .compares_spreads = false});
  ASSERT_THAT(plan.needs, SizeIs(1));
  EXPECT_EQ(plan.needs[0].needed, 10U);
  EXPECT_DOUBLE_EQ(plan.seconds(plan.needs[0]), 210.0);
  EXPECT_THAT(needs_of(plan), ElementsAre("the spread: 7 more replicas, about 4 min"));
}

TEST(ReplicaPlan, AsksForPairsWhereThereIsNoInterval) {
  const double nan = std::nan("");
  const ReplicaPlan plan = plan_replicas(
      {.replicas = 5, .seconds_per_replica = 12.0, .costs = {{1.1, {nan, nan}, nan, 5}}});
  EXPECT_THAT(needs_of(plan), ElementsAre("the cost: 1 more replica, about 12 s"));
}

TEST(ReplicaPlan, AsksForThePrecisionOfTheWorstKnownCost) {
  // The first is known well enough; the second takes 1.95² times as many, by 1/sqrt(n).
  const ReplicaPlan plan =
      plan_replicas({.replicas = 10,
                     .seconds_per_replica = 1.0,
                     .costs = {ratio(0.9 * std::log(1.02), 10), ratio(1.95 * std::log(1.02), 10)}});
  ASSERT_THAT(plan.needs, SizeIs(1));
  EXPECT_EQ(plan.needs[0].verdict, "the cost to ±2 %");
  EXPECT_EQ(plan.needs[0].needed, 39U);
}

TEST(ReplicaPlan, AsksForTheFewestFirst) {
  const ReplicaPlan plan = plan_replicas({.replicas = 6,
                                          .seconds_per_replica = 60.0,
                                          .costs = {ratio(3.95 * std::log(1.02), 6)},
                                          .has_spread = true,
                                          .compares_spreads = true});
  EXPECT_THAT(needs_of(plan),
              ElementsAre("the spread, and spreads between modes: 4 more replicas, about 4 min",
                          "the cost to ±2 %: 88 more replicas, about 88 min"));
}

TEST(ReplicaPlan, DoesNotCountWhatIsOutOfReach) {
  const Ratio hopeless{1.0, {1e-300, 1e300}, 1e300, 6};
  const ReplicaPlan plan =
      plan_replicas({.replicas = 6, .seconds_per_replica = 1.0, .costs = {hopeless}});
  EXPECT_THAT(needs_of(plan), ElementsAre("the cost to ±2 %: more than 100000 replicas"));
}

TEST(ReplicaPlan, AsksForNothingWhereAllIsKnown) {
  EXPECT_THAT(plan_replicas({.replicas = 10,
                             .costs = {ratio(0.001, 10)},
                             .has_spread = true,
                             .compares_spreads = true})
                  .needs,
              IsEmpty());
  EXPECT_THAT(plan_replicas({.replicas = 1}).needs, IsEmpty());
}

TEST(ReplicaPlan, InvertsThePower) {
  for (const std::size_t replicas : {3U, 10U, 17U, 100U}) {
    const double effect = detectable_effect(replicas);
    EXPECT_LE(replicas_for_effect(effect), replicas);
    EXPECT_GT(replicas_for_effect(effect * 0.999), replicas);
  }
  EXPECT_NEAR(detectable_effect(10), 1.325, 2e-3);  // R: power.t.test(n = 10, power = 0.8)
  EXPECT_TRUE(std::isnan(detectable_effect(1)));
}

TEST(ReplicaPlan, RoundsDurationsUp) {
  EXPECT_EQ(duration_text(0.0), "about 1 s");
  EXPECT_EQ(duration_text(12.1), "about 13 s");
  EXPECT_EQ(duration_text(90.0), "about 90 s");
  EXPECT_EQ(duration_text(91.0), "about 2 min");
  EXPECT_EQ(duration_text(5401.0), "about 2 h");
  EXPECT_EQ(duration_text(172'801.0), "about 3 days");
}

}  // namespace
}  // namespace ndbench
