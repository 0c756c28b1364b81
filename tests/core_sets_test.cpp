#include "core/core_sets.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "core/machine.h"

namespace ndbench {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

TEST(CoreSets, GivesAllCoresToOneSet) {
  EXPECT_THAT(core_sets({{0}, {1}, {2}}, 1), ElementsAre(ElementsAre(0, 1, 2)));
}

TEST(CoreSets, GivesEachSetACoreWhereThereAreAsManySetsAsCores) {
  EXPECT_THAT(core_sets({{0}, {1}}, 2), ElementsAre(ElementsAre(0), ElementsAre(1)));
}

TEST(CoreSets, KeepsTheHardwareThreadsOfACoreTogether) {
  // As Linux numbers four cores of two threads each: the second threads after all first ones.
  EXPECT_THAT(core_sets({{0, 4}, {1, 5}, {2, 6}, {3, 7}}, 2),
              ElementsAre(ElementsAre(0, 1, 4, 5), ElementsAre(2, 3, 6, 7)));
}

TEST(CoreSets, LeavesOverWhatWouldMakeSetsUnequal) {
  EXPECT_THAT(core_sets({{0}, {1}, {2}, {3}, {4}}, 2),
              ElementsAre(ElementsAre(0, 1), ElementsAre(2, 3)));
  EXPECT_THAT(core_sets({{0}, {1}, {2}}, 2), ElementsAre(ElementsAre(0), ElementsAre(1)));
}

TEST(CoreSets, TakesCoresInTheOrderOfTheTopologyAndNotOfTheirNumbers) {
  EXPECT_THAT(core_sets({{0}, {2}, {1}, {3}}, 2),
              ElementsAre(ElementsAre(0, 2), ElementsAre(1, 3)));
}

TEST(CoreSets, AreDisjointForEveryCount) {
  const std::vector<Processors> cores{{0, 7}, {1, 8}, {2, 9}, {3, 10}, {4}, {5}, {6}};
  for (std::size_t count = 1; count <= cores.size(); ++count) {
    std::set<int> seen;
    for (const Processors& set : core_sets(cores, count)) {
      EXPECT_THAT(set, Not(IsEmpty()));
      for (const int processor : set) EXPECT_TRUE(seen.insert(processor).second) << processor;
    }
  }
}

TEST(UsableCores, AreThoseThatTheMachineCounts) {
  const std::vector<Processors> cores = usable_cores();
  const Machine machine = read_machine();
  EXPECT_EQ(static_cast<int>(cores.size()), machine.cores);
  std::size_t processors = 0;
  for (const Processors& core : cores) {
    EXPECT_THAT(core, Not(IsEmpty()));
    EXPECT_TRUE(std::is_sorted(core.begin(), core.end()));
    processors += core.size();
  }
  EXPECT_EQ(static_cast<int>(processors), machine.hardware_threads);
}

}  // namespace
}  // namespace ndbench
