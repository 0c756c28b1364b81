#include "core/environments.h"

#include <gmock/gmock.h>

#include <set>
#include <string>
#include <vector>

namespace ndbench {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

using testing::Contains;
using testing::Key;

const std::vector<std::string> kAll{"deterministic", "threads", "aten_cpu_capability",
                                    "onednn_max_cpu_isa", "openblas_coretype"};

Machine machine_of(int cores, std::vector<std::string> flags) {
  Machine machine;
  machine.cores = cores;
  machine.cpu_flags = std::move(flags);
  return machine;
}

const Machine kAvx2 = machine_of(2, {"avx", "avx2", "fma", "sse4_1"});

/// In which knob each differs from the first, and how: "threads=1".
std::vector<std::string> changes(const std::vector<Tooling>& environments) {
  std::vector<std::string> result;
  for (const Tooling& environment : environments) {
    std::string change;
    for (const auto& [knob, value] : environment) {
      if (!agree(environment, environments.front(), knob)) change += knob + "=" + text_of(value);
    }
    result.push_back(change);
  }
  return result;
}

TEST(Environments, StartWithTheModesOwnThenAlternateBetweenKinds) {
  const Tooling tooling{{"deterministic", true}};
  const auto all = environments(tooling, kAll, 2, kAvx2);
  EXPECT_EQ(all.front(), tooling);
  EXPECT_THAT(changes(all), ElementsAre("", "threads=1", "aten_cpu_capability=default",
                                        "onednn_max_cpu_isa=SSE41", "openblas_coretype=Nehalem",
                                        "onednn_max_cpu_isa=AVX", "openblas_coretype=Sandybridge"));
}

TEST(Environments, KeepWhatTheModeSets) {
  for (const Tooling& environment : environments({{"deterministic", true}}, kAll, 2, kAvx2)) {
    EXPECT_TRUE(is_on(environment, "deterministic"));
  }
  const auto fixed_threads = environments({{"threads", std::int64_t{2}}}, kAll, 2, kAvx2);
  for (const Tooling& environment : fixed_threads) EXPECT_EQ(threads_of(environment, 0), 2);
}

TEST(Environments, TakeThreadsUpToOneACore) {
  EXPECT_THAT(changes(environments({}, {"threads"}, 6, machine_of(6, {}))),
              ElementsAre("", "threads=1", "threads=2", "threads=4"));
  EXPECT_THAT(changes(environments({}, {"threads"}, 1, machine_of(6, {}))),
              ElementsAre("", "threads=2", "threads=4", "threads=6"));
  EXPECT_THAT(changes(environments({}, {"threads"}, 2, machine_of(2, {}))),
              ElementsAre("", "threads=1"));
}

TEST(Environments, OversubscribeOnlyTheOneCoreThereIs) {
  EXPECT_THAT(changes(environments({}, {"threads"}, 1, machine_of(1, {}))),
              ElementsAre("", "threads=2"));
}

TEST(Environments, TakeOnlyInstructionsBelowThoseOfTheCpu) {
  const std::vector<std::string> isa{"aten_cpu_capability", "onednn_max_cpu_isa"};
  EXPECT_THAT(environments({}, isa, 2, machine_of(2, {"asimd", "fp"})), ElementsAre(IsEmpty()));
  EXPECT_THAT(changes(environments({}, isa, 2, machine_of(2, {"avx", "sse4_1"}))),
              ElementsAre("", "onednn_max_cpu_isa=SSE41"));
  EXPECT_THAT(
      changes(environments({}, isa, 2, machine_of(2, {"avx", "avx2", "avx512f"}))),
      ElementsAre("", "aten_cpu_capability=default", "onednn_max_cpu_isa=SSE41",
                  "aten_cpu_capability=avx2", "onednn_max_cpu_isa=AVX", "onednn_max_cpu_isa=AVX2"));
}

TEST(Environments, LeaveOutKnobsThatTheBackendLacks) {
  EXPECT_THAT(environments({}, {"deterministic"}, 2, kAvx2), ElementsAre(IsEmpty()));
  EXPECT_THAT(environments({}, {"threads", "aten_cpu_capability"}, 2, kAvx2),
              Each(Not(Contains(Key("onednn_max_cpu_isa")))));
}

TEST(Environments, LeaveOutTheInstructionsOfOneDnnWhereTheModeTurnsItOff) {
  EXPECT_THAT(environments({{"onednn", false}}, kAll, 2, kAvx2),
              Each(Not(Contains(Key("onednn_max_cpu_isa")))));
  EXPECT_THAT(environments({{"onednn", true}}, kAll, 2, kAvx2),
              Contains(Contains(Key("onednn_max_cpu_isa"))));
}

TEST(Environments, AreAllDifferentAndOnlyHaveValuesThatSuitesMayGive) {
  const auto all = environments({}, kAll, 3, machine_of(64, {"avx", "avx2", "avx512f"}));
  EXPECT_EQ(std::set<Tooling>(all.begin(), all.end()).size(), all.size());
  for (const Tooling& environment : all) {
    for (const auto& [name, value] : environment) {
      const Knob* knob = find_knob(name);
      ASSERT_NE(knob, nullptr) << name;
      if (knob->kind != Knob::Kind::kVariable) continue;
      EXPECT_THAT(knob->choices, Contains(text_of(value)));
    }
  }
}

}  // namespace
}  // namespace ndbench
