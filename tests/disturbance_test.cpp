#include "core/disturbance.h"

#include <gtest/gtest.h>

#include <vector>

namespace ndbench {
namespace {

MeasuredBlock block_of(const char* disturbed, int times_before = 0) {
  MeasuredBlock block;
  block.disturbed = disturbed;
  block.times_before = times_before;
  return block;
}

TEST(DisturbanceOfRecords, IsNothingWorthAWordWhereNoneWas) {
  EXPECT_EQ(disturbance_in({}).text(), "");
  Record quiet;
  quiet.blocks = {block_of(""), block_of("")};
  const std::vector<const Record*> records{&quiet};
  EXPECT_EQ(disturbance_in(records).text(), "");
  EXPECT_EQ(disturbance_in(records).blocks, 2U);
}

TEST(DisturbanceOfRecords, CountsEveryBlockOnceHoweverOftenItWasMeasured) {
  Record one;
  one.blocks = {block_of(""), block_of("", 1), block_of("neighbour", 2), block_of("", 1)};
  one.discarded = {block_of("thief"), block_of("neighbour"), block_of("neighbour", 1),
                   block_of("")};  // the last one only as its partner was
  Record other;
  other.blocks = {block_of(""), block_of("")};
  const std::vector<const Record*> records{&one, &other};
  const Disturbance disturbance = disturbance_in(records);
  EXPECT_EQ(disturbance.blocks, 6U);
  EXPECT_EQ(disturbance.disturbed, 2U);
  EXPECT_EQ(disturbance.still, 1U);
  EXPECT_EQ(disturbance.text(),
            "2 of 6 blocks disturbed (thief) and measured again; 1 still disturbed");
}

TEST(DisturbanceOfRecords, SaysThatEpochsAreNotMeasuredAgain) {
  Record one;
  one.cell.scope = ScopeKind::kEpoch;
  one.blocks = {block_of(""), block_of("neighbour"), block_of("")};
  const std::vector<const Record*> records{&one};
  const Disturbance disturbance = disturbance_in(records);
  EXPECT_EQ(disturbance.disturbed, 1U);
  EXPECT_EQ(disturbance.still, 1U);
  EXPECT_EQ(disturbance.text(),
            "1 of 3 epochs disturbed (neighbour); epochs are not measured again");
}

}  // namespace
}  // namespace ndbench
