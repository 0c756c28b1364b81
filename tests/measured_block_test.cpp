#include "core/measured_block.h"

#include <gtest/gtest.h>

#include <vector>

namespace ndbench {
namespace {

constexpr double kUnknown = HostLoad::kUnknown;

/// Ten steps of 50 ms by two threads on an idle machine of two processors.
MeasuredBlock quiet_block() {
  MeasuredBlock block;
  block.seconds = std::vector(10, 0.05);
  block.cpu_seconds = 1.0;
  block.threads = 2;
  block.run_queue_seconds = 0.0001;
  block.host = {.window_seconds = 0.5,
                .steal_share = 0.0,
                .others_cores = 0.01,
                .frequency = 3e9,
                .runnable = 0,
                .processors = 2};
  return block;
}

TEST(Disturbance, IsNotInAQuietBlock) { EXPECT_EQ(disturbance_of(quiet_block(), 3e9), ""); }

TEST(Disturbance, IsNotWhereNothingIsKnown) {
  MeasuredBlock block = quiet_block();
  block.run_queue_seconds = kUnknown;
  block.host = {};
  EXPECT_EQ(disturbance_of(block, kUnknown), "");
}

TEST(Disturbance, IsAnotherProcess) {
  MeasuredBlock block = quiet_block();
  block.host.others_cores = 0.9;
  EXPECT_EQ(disturbance_of(block, kUnknown), "another process used 0.9 cores");
}

TEST(Disturbance, LeavesTheTicksOfShortWindowsRoom) {
  MeasuredBlock block = quiet_block();
  block.host.window_seconds = 0.02;
  block.host.others_cores = 1.5;  // three ticks
  EXPECT_EQ(disturbance_of(block, kUnknown), "");
  block.host.window_seconds = 0.25;
  block.host.others_cores = 0.26;  // 0.15 and three ticks in a quarter of a second
  EXPECT_EQ(disturbance_of(block, kUnknown), "");
  block.host.others_cores = 0.28;
  EXPECT_EQ(disturbance_of(block, kUnknown), "another process used 0.3 cores");
}

TEST(Disturbance, LeavesALargeMachineItsDaemons) {
  MeasuredBlock block = quiet_block();
  block.host.processors = 64;
  block.host.others_cores = 1.2;  // 2 % of 64 are 1.28
  EXPECT_EQ(disturbance_of(block, kUnknown), "");
  block.host.others_cores = 1.4;
  EXPECT_EQ(disturbance_of(block, kUnknown), "another process used 1.4 cores");
}

TEST(Disturbance, IsWaitingForACore) {
  MeasuredBlock block = quiet_block();
  block.run_queue_seconds = 0.12;  // of two threads in half a second
  EXPECT_EQ(disturbance_of(block, kUnknown), "its threads waited 12 % of the time for a core");
  block.run_queue_seconds = 0.022;
  EXPECT_EQ(disturbance_of(block, kUnknown), "its threads waited 2.2 % of the time for a core");
  block.run_queue_seconds = 0.018;
  EXPECT_EQ(disturbance_of(block, kUnknown), "");
}

TEST(Disturbance, IsNotTheWaitOfASingleSwitchInAShortBlock) {
  MeasuredBlock block = quiet_block();
  block.seconds = {0.001};
  block.run_queue_seconds = 0.0004;
  EXPECT_EQ(disturbance_of(block, kUnknown), "");
  block.run_queue_seconds = 0.0006;
  EXPECT_EQ(disturbance_of(block, kUnknown), "its threads waited 30 % of the time for a core");
}

TEST(Disturbance, IsNotTheWaitOfThreadsForEachOther) {
  MeasuredBlock block = quiet_block();
  block.threads = 3;
  block.run_queue_seconds = 0.5;
  EXPECT_EQ(disturbance_of(block, kUnknown), "");
}

TEST(Disturbance, IsTimeStolen) {
  MeasuredBlock block = quiet_block();
  block.host.steal_share = 0.08;  // 3 %, and three ticks of half a second
  EXPECT_EQ(disturbance_of(block, kUnknown), "");
  block.host.steal_share = 0.1;
  EXPECT_EQ(disturbance_of(block, kUnknown), "10 % of the time was stolen by the host");
}

TEST(Disturbance, IsAFrequencyThatFell) {
  MeasuredBlock block = quiet_block();
  block.host.frequency = 2.4e9;
  EXPECT_EQ(disturbance_of(block, 3e9), "the frequency fell by 20 %");
  EXPECT_EQ(disturbance_of(block, 2.5e9), "");
}

TEST(Blocks, AreJudgedByTheFastestOfThem) {
  std::vector<MeasuredBlock> blocks(3, quiet_block());
  blocks[0].host.frequency = 2.4e9;
  blocks[2].host.frequency = kUnknown;
  judge(blocks);
  EXPECT_EQ(blocks[0].disturbed, "the frequency fell by 20 %");
  EXPECT_EQ(blocks[1].disturbed, "");
  EXPECT_EQ(blocks[2].disturbed, "");
}

}  // namespace
}  // namespace ndbench
