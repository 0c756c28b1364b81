#include "core/mode_words.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ndbench {
namespace {

/// What is said of replicas with these states, and tooling where it matters.
std::string words(const Mode& mode, const std::vector<std::string>& states,
                  const std::vector<Tooling>& toolings = {}) {
  std::vector<Record> records(states.size());
  std::vector<const Record*> pointers;
  for (std::size_t i = 0; i < states.size(); ++i) {
    records[i].cell.mode = mode;
    records[i].replica = static_cast<int>(i);
    records[i].state.hash = states[i];
    if (!toolings.empty()) records[i].tooling = toolings[i];
    pointers.push_back(&records[i]);
  }
  return mode_words(pointers);
}

const Mode kFixed{.name = "fixed", .tooling = {{"deterministic", true}}};
const Mode kImpl{.name = "impl"};
const Mode kUlp{.name = "ulp", .ulp = true, .tooling = {{"deterministic", true}}};
const Mode kEnvironment{
    .name = "environment", .environment = true, .tooling = {{"deterministic", true}}};

TEST(ModeWords, SayNothingOfOneReplicaOrWhereSeedsDiffer) {
  EXPECT_EQ(words(kImpl, {}), "");
  EXPECT_EQ(words(kImpl, {"a"}), "");
  EXPECT_EQ(words(Mode{.name = "noisy", .order = true}, {"a", "b"}), "");
}

TEST(ModeWords, TellWhetherToolingAloneMakesADifference) {
  EXPECT_EQ(words(kImpl, {"a", "b", "a"}),
            "2 states in 3 replicas: the tooling alone makes results differ");
  EXPECT_EQ(words(kImpl, {"a", "a"}),
            "1 state in 2 replicas: the tooling alone makes no results differ (in at most 78 % of "
            "runs)");
}

TEST(ModeWords, LeaveModesThatMustRepeatToTheirOwnWords) {
  EXPECT_EQ(words(kFixed, {"a", "a"}), "");
  EXPECT_EQ(words(kFixed, {"a", "b"}), "");
}

TEST(ModeWords, TellWhetherOneUlpIsEnough) {
  EXPECT_EQ(words(kUlp, {"a", "b", "c"}),
            "3 states in 3 replicas: one weight moved by one ulp is enough to change the result");
  EXPECT_EQ(words(kUlp, {"a", "a"}),
            "1 state in 2 replicas: one weight moved by one ulp leaves no trace");
}

TEST(ModeWords, NameTheKnobsOnWhichResultsDepend) {
  const Tooling own;
  const Tooling one_thread{{"threads", std::int64_t{1}}};
  const Tooling aten{{"aten_cpu_capability", "default"}};
  const Tooling aten_avx2{{"aten_cpu_capability", "avx2"}};
  EXPECT_EQ(words(kEnvironment, {"a", "b", "a"}, {own, one_thread, aten}),
            "2 states in 3 environments: results depend on threads, not on aten_cpu_capability");
  EXPECT_EQ(words(kEnvironment, {"a", "a", "b"}, {own, aten, aten_avx2}),
            "2 states in 3 environments: results depend on aten_cpu_capability");
  EXPECT_EQ(words(kEnvironment, {"a", "b", "a", "b"}, {own, one_thread, own, one_thread}),
            "2 states in 2 environments: results depend on threads");
  EXPECT_EQ(words(kEnvironment, {"a", "a", "a"}, {own, one_thread, aten}),
            "1 state in 3 environments: results do not depend on threads, aten_cpu_capability");
}

}  // namespace
}  // namespace ndbench
