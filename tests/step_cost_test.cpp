#include "core/step_cost.h"

#include <gmock/gmock.h>

#include <cmath>
#include <string>
#include <vector>

namespace ndbench {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// A replica with one step in each block.
Record record_of(const std::vector<double>& seconds, int replica = 0,
                 const std::string& mode = "fixed") {
  Record record;
  record.cell.scope = ScopeKind::kStep;
  record.cell.mode.name = mode;
  record.cell.mode.tooling = {{"deterministic", mode == "fixed"}};
  record.replica = replica;
  record.state.hash = "ab";
  record.steps.seconds = seconds;
  for (std::size_t block = 0; block < seconds.size(); ++block) {
    MeasuredBlock& added = record.blocks.emplace_back();
    added.block = static_cast<int>(block);
    added.seconds = {seconds[block]};
  }
  return record;
}

TEST(LogTimeRatio, IsTheMedianOverPairsOfBlocks) {
  // Block by block 2, 2, 1: by the medians of all steps it were 4 / 2 = 2 or, as here, 8 / 8.
  const Record mode = record_of({2.0, 8.0, 16.0});
  const Record reference = record_of({1.0, 4.0, 16.0});
  EXPECT_DOUBLE_EQ(log_time_ratio(mode, reference).value(), std::log(2.0));
  EXPECT_DOUBLE_EQ(log_time_ratio(reference, mode).value(), -std::log(2.0));
}

TEST(LogTimeRatio, TakesTheMedianStepOfEachBlock) {
  Record mode = record_of({1.0});
  mode.blocks[0].seconds = {3.0, 100.0, 2.0};
  EXPECT_DOUBLE_EQ(log_time_ratio(mode, record_of({1.5})).value(), std::log(2.0));
}

TEST(LogTimeRatio, IsExactlyNothingForEqualTimes) {
  EXPECT_EQ(log_time_ratio(record_of({0.3, 0.1}), record_of({0.3, 0.1})), 0.0);
}

TEST(LogTimeRatio, LeavesOutBlocksThatEitherModeHadDisturbed) {
  Record mode = record_of({2.0, 900.0, 800.0});
  Record reference = record_of({1.0, 1.0, 1.0});
  mode.blocks[1].disturbed = reference.blocks[2].disturbed = "another process";
  EXPECT_DOUBLE_EQ(log_time_ratio(mode, reference).value(), std::log(2.0));
}

TEST(LogTimeRatio, TakesDisturbedBlocksWhereThereAreNoOthers) {
  Record mode = record_of({4.0});
  mode.blocks[0].disturbed = "another process";
  EXPECT_DOUBLE_EQ(log_time_ratio(mode, record_of({1.0})).value(), std::log(4.0));
}

TEST(LogTimeRatio, IsOfTheRecordsTimesWithoutBlocks) {
  Record mode = record_of({2.0, 6.0, 4.0});
  mode.blocks.clear();
  EXPECT_DOUBLE_EQ(log_time_ratio(mode, record_of({1.0, 1.0, 1.0})).value(), std::log(4.0));
  Record epoch;
  epoch.cell.scope = ScopeKind::kEpoch;
  epoch.state.hash = "ab";
  epoch.epochs.push_back({.train_seconds = 2.0, .evaluate_seconds = 1.0, .evaluation = {}});
  Record other = epoch;
  other.epochs[0].train_seconds = 5.0;
  EXPECT_DOUBLE_EQ(log_time_ratio(other, epoch).value(), std::log(2.0));
}

TEST(LogTimeRatio, IsNotThereForReplicasThatFailedOrTookNoTime) {
  const Record whole = record_of({1.0});
  Record failed = whole;
  failed.state.hash.clear();
  EXPECT_FALSE(log_time_ratio(failed, whole));
  EXPECT_FALSE(log_time_ratio(whole, failed));
  EXPECT_FALSE(log_time_ratio(Record{}, whole));
  EXPECT_FALSE(log_time_ratio(record_of({0.0}), whole));
  EXPECT_FALSE(log_time_ratio(whole, record_of({0.0})));
}

TEST(LogTimeRatios, PairReplicasByTheirNumber) {
  const Record a0 = record_of({2.0}, 0);
  const Record a1 = record_of({4.0}, 1);
  const Record a3 = record_of({9.0}, 3);
  const Record b1 = record_of({1.0}, 1);
  const Record b0 = record_of({1.0}, 0);
  const std::vector<const Record*> mode{&a0, &a1, &a3};
  const std::vector<const Record*> reference{&b1, &b0};
  EXPECT_THAT(log_time_ratios(mode, reference), ElementsAre(std::log(2.0), std::log(4.0)));
  EXPECT_THAT(log_time_ratios({}, reference), IsEmpty());
}

TEST(Cost, IsThatOfEveryModeAgainstTheReference) {
  std::vector<Record> records;
  for (int replica = 0; replica < 6; ++replica) {
    records.push_back(record_of({2.0}, replica, "fixed"));
    records.push_back(record_of({1.0}, replica, "noisy"));
    records.push_back(record_of({4.0}, replica, "third"));
  }
  records.back().state.hash.clear();
  std::vector<const Record*> group;
  for (const Record& record : records) group.push_back(&record);
  const GroupCost cost = cost_of(group);
  EXPECT_EQ(cost.reference, "noisy");
  ASSERT_EQ(cost.modes.size(), 2U);
  EXPECT_EQ(cost.modes[0].mode, "fixed");
  EXPECT_DOUBLE_EQ(cost.modes[0].ratio.ratio, 2.0);
  EXPECT_EQ(cost.modes[0].ratio.pairs, 6U);
  EXPECT_EQ(cost.modes[1].mode, "third");
  EXPECT_EQ(cost.modes[1].ratio.pairs, 5U);
}

TEST(Cost, IsNothingWithoutRecords) {
  const GroupCost cost = cost_of({});
  EXPECT_EQ(cost.reference, "");
  EXPECT_THAT(cost.modes, IsEmpty());
}

}  // namespace
}  // namespace ndbench
