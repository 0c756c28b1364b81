#include "worker/short_turns.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace ndbench {
namespace {

/// How many of this process's threads bear the name.
int wakers() {
  int count = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string name;
    std::getline(std::ifstream(task.path() / "comm"), name);
    count += name == "short turns";
  }
  return count;
}

TEST(ShortTurns, AreCutWhereThreadsAreMoreThanProcessors) {
  for (const auto& [threads, processors] : {std::pair(1, 1), {1, 2}, {2, 2}}) {
    EXPECT_FALSE(ShortTurns(threads, processors).is_cutting()) << threads << " on " << processors;
  }
  const ShortTurns turns(2, 1);
  EXPECT_TRUE(turns.is_cutting());
}

TEST(ShortTurns, EndWithTheObject) {
  { const ShortTurns turns(3, 2); }
  EXPECT_EQ(wakers(), 0);
}

TEST(ShortTurns, AreSeenInTheListOfThreads) {
  const ShortTurns turns(2, 1);
  for (int attempt = 0; attempt < 1000 && wakers() == 0; ++attempt) std::this_thread::yield();
  EXPECT_EQ(wakers(), 1);
}

}  // namespace
}  // namespace ndbench
