#include "worker/run_queue.h"

#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>
#include <latch>
#include <string>
#include <thread>

namespace ndbench {
namespace {

using testing::Eq;

TEST(RunDelay, IsTheSecondOfThreeNumbers) {
  EXPECT_THAT(run_delay("123456789 4242 17\n"), Eq(4242U));
  EXPECT_THAT(run_delay("0 0 0"), Eq(0U));
  EXPECT_THAT(run_delay("1 18446744073709551615 1\n"), Eq(18446744073709551615U));
}

TEST(RunDelay, IsNotReadFromAnythingElse) {
  for (const std::string text : {"", "\n", "1", "1 2", "1 2 3 4", "a b c", "1 -2 3", "1 2 3x",
                                 "1 18446744073709551616 1", "\xff\xff"}) {
    EXPECT_FALSE(run_delay(text)) << text;
  }
}

TEST(RunQueue, IsNotKnownBeforeThreadsAreLookedFor) {
  RunQueue queue;
  EXPECT_TRUE(std::isnan(queue.waited()));
}

TEST(RunQueue, NeverGoesBackWhenAThreadEnds) {
  if (!std::filesystem::exists("/proc/self/schedstat")) GTEST_SKIP() << "this kernel does not tell";
  RunQueue queue;
  std::latch is_found(1);
  std::thread thread([&] { is_found.wait(); });
  queue.find_threads();
  is_found.count_down();
  thread.join();
  EXPECT_GE(queue.waited(), 0.0);
  EXPECT_GE(queue.waited(), 0.0);
}

}  // namespace
}  // namespace ndbench
