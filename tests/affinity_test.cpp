#include "core/affinity.h"

#include <gmock/gmock.h>
#include <sched.h>

#include <cerrno>

namespace ndbench {
namespace {

using testing::ElementsAre;

/// The processors that this thread is bound to.
Processors bound() {
  cpu_set_t set;
  EXPECT_EQ(sched_getaffinity(0, sizeof set, &set), 0);
  Processors processors;
  for (int processor = 0; processor < CPU_SETSIZE; ++processor) {
    if (CPU_ISSET(static_cast<std::size_t>(processor), &set)) processors.push_back(processor);
  }
  return processors;
}

TEST(Affinity, IsWhereThisThreadMayRun) { EXPECT_EQ(usable_processors(), bound()); }

TEST(Affinity, BindsWhileItCallsAndNoLonger) {
  const Processors before = bound();
  const int last = before.back();
  Processors during;
  EXPECT_EQ(on_processors({last},
                          [&] {
                            during = bound();
                            return 0;
                          }),
            0);
  EXPECT_THAT(during, ElementsAre(last));
  EXPECT_EQ(bound(), before);
}

TEST(Affinity, LeavesTheBindingAloneWithoutProcessors) {
  const Processors before = bound();
  Processors during;
  EXPECT_EQ(on_processors({},
                          [&] {
                            during = bound();
                            return 0;
                          }),
            0);
  EXPECT_EQ(during, before);
}

TEST(Affinity, PassesOnAnErrorAndReturnsToTheOldBinding) {
  const Processors before = bound();
  EXPECT_EQ(on_processors({before.front()}, [] { return ENOENT; }), ENOENT);
  EXPECT_EQ(bound(), before);
}

TEST(Affinity, CallsNothingWhereTheProcessorsAreNotThere) {
  bool called = false;
  EXPECT_EQ(on_processors({60'000},
                          [&] {
                            called = true;
                            return 0;
                          }),
            EINVAL);
  EXPECT_FALSE(called);
}

}  // namespace
}  // namespace ndbench
