#include "core/host_watch.h"

#include <gmock/gmock.h>

#include <cmath>
#include <string>
#include <vector>

namespace ndbench {
namespace {

using testing::DoubleNear;
using testing::Eq;

TEST(Runnable, IsTheFourthFieldsFirstNumber) {
  EXPECT_THAT(parse_runnable("15.16 8.32 4.27 20/203 30068\n"), Eq(20));
  EXPECT_THAT(parse_runnable("0.00 0.00 0.00 1/99 1"), Eq(1));
}

TEST(Runnable, IsNotReadFromAnythingElse) {
  for (const std::string text : {"", "1 2 3", "1 2 3 4 5", "1 2 3 x/9 5", "1 2 3 -4/9 5", "   "}) {
    EXPECT_FALSE(parse_runnable(text)) << text;
  }
}

TEST(Frequency, IsInKilohertz) {
  EXPECT_THAT(parse_frequency("2400000\n"), Eq(2.4e9));
  for (const std::string text : {"", "<unknown>", "0", "-5", "\n"}) {
    EXPECT_FALSE(parse_frequency(text)) << text;
  }
}

TEST(Host, IsReadOnThisMachine) {
  const HostReading first = read_host();
  const HostReading second = read_host();
  ASSERT_TRUE(first.time && second.time);
  EXPECT_GT(first.time->busy, 0.0);
  EXPECT_GE(second.time->busy, first.time->busy);
  EXPECT_GT(second.seconds, first.seconds);
  ASSERT_TRUE(first.runnable);
  EXPECT_GE(*first.runnable, 1);  // this process
  EXPECT_GE(first.processors, 1);
}

/// A machine of two processors whose readings the tests set.
class HostWatchTest : public testing::Test {
 protected:
  HostWatch make() {
    return HostWatch([this] { return reading_; });
  }

  /// Lets `seconds` pass, in which this much was busy and stolen.
  void pass(double seconds, double busy, double steal = 0.0) {
    reading_.seconds += seconds;
    reading_.time->busy += busy;
    reading_.time->steal += steal;
  }

  HostReading reading_{.seconds = 1000.0,
                       .time = ProcessorTime{50.0, 1.0},
                       .runnable = 1,
                       .frequencies = {3e9, 2e9, 1e9},
                       .processors = 2};
};

TEST_F(HostWatchTest, SaysNothingOfAnIdleMachine) {
  HostWatch watch = make();
  watch.begin();
  pass(0.5, 0.9);
  const HostLoad load = watch.end(0.9, 2);
  EXPECT_DOUBLE_EQ(load.window_seconds, 0.5);
  EXPECT_THAT(load.others_cores, DoubleNear(0.0, 1e-9));
  EXPECT_EQ(load.steal_share, 0.0);
  EXPECT_THAT(load.runnable, Eq(0));
  EXPECT_EQ(load.processors, 2);
}

TEST_F(HostWatchTest, CountsWhatTheWorkerDidNotUse) {
  HostWatch watch = make();
  watch.begin();
  pass(0.5, 0.75, 0.25);
  const HostLoad load = watch.end(0.5, 1);
  EXPECT_THAT(load.others_cores, DoubleNear(0.5, 1e-9));
  EXPECT_THAT(load.steal_share, DoubleNear(0.25, 1e-9));
}

TEST_F(HostWatchTest, HasNoLessThanNothingWhereCountersAreRounded) {
  HostWatch watch = make();
  watch.begin();
  pass(0.5, 0.40, -0.01);
  const HostLoad load = watch.end(0.42, 1);
  EXPECT_EQ(load.others_cores, 0.0);
  EXPECT_EQ(load.steal_share, 0.0);
}

TEST_F(HostWatchTest, JudgesAShortBlockWithThoseBeforeIt) {
  HostWatch watch = make();
  watch.begin();
  pass(1.0, 2.0);  // long ago, with a neighbour
  (void)watch.end(1.0, 1);
  for (int block = 0; block < 2; ++block) {
    watch.begin();
    pass(0.125, 0.1875);
    const HostLoad load = watch.end(0.125, 1);
    if (block == 0) {
      EXPECT_DOUBLE_EQ(load.window_seconds, 1.125);  // too short alone
    } else {
      EXPECT_DOUBLE_EQ(load.window_seconds, 0.25);
      EXPECT_THAT(load.others_cores, DoubleNear(0.5, 1e-9));
    }
  }
}

TEST_F(HostWatchTest, TakesTheFrequencyOfAsManyProcessorsAsThereAreThreads) {
  HostWatch watch = make();
  const auto frequency = [&](int threads) {
    watch.begin();
    return watch.end(0.0, threads).frequency;
  };
  EXPECT_EQ(frequency(1), 3e9);
  EXPECT_EQ(frequency(2), 2.5e9);
  EXPECT_EQ(frequency(7), 2e9);
  reading_.frequencies.clear();
  EXPECT_TRUE(std::isnan(frequency(1)));
}

TEST_F(HostWatchTest, CountsAsRunnableWhoIsSoBeforeAndAfter) {
  HostWatch watch = make();
  reading_.runnable = 4;
  watch.begin();
  reading_.runnable = 2;
  EXPECT_THAT(watch.end(0.0, 1).runnable, Eq(1));
  watch.begin();
  reading_.runnable.reset();
  EXPECT_FALSE(watch.end(0.0, 1).runnable);
}

TEST_F(HostWatchTest, KnowsNothingWithoutProc) {
  reading_.time.reset();
  HostWatch watch = make();
  watch.begin();
  reading_.seconds += 1.0;
  const HostLoad load = watch.end(0.5, 1);
  EXPECT_TRUE(std::isnan(load.others_cores));
  EXPECT_TRUE(std::isnan(load.steal_share));
}

}  // namespace
}  // namespace ndbench
