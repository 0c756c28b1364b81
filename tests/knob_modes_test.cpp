#include "core/knob_modes.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace ndbench {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Mode kNoisy{
    .name = "noisy", .init = true, .tooling = {{"deterministic", false}, {"cudnn_autotune", true}}};
const Mode kPinned{.name = "pinned",
                   .tooling = {{"deterministic", true},
                               {"cudnn_autotune", true},
                               {"onednn", false},
                               {"threads", std::int64_t{1}}}};

std::vector<std::string> names(const std::vector<Mode>& modes) {
  std::vector<std::string> result;
  for (const Mode& mode : modes) result.push_back(mode.name);
  return result;
}

TEST(KnobModes, DifferInTheKnobsThatEitherModeSetsOtherwise) {
  EXPECT_THAT(differing_knobs(kNoisy, kPinned), ElementsAre("deterministic", "onednn", "threads"));
  EXPECT_THAT(differing_knobs(kPinned, kNoisy), ElementsAre("deterministic", "onednn", "threads"));
  EXPECT_THAT(differing_knobs(kNoisy, kNoisy), IsEmpty());
}

TEST(KnobModes, AreOneKnobAtATimeThenAllUpToAKnobWithNothingTwice) {
  EXPECT_THAT(names(knob_modes(kNoisy, kPinned)),
              ElementsAre("pinned.only-deterministic", "pinned.only-onednn", "pinned.only-threads",
                          "pinned.upto-onednn"));
  EXPECT_THAT(knob_modes(kNoisy, kNoisy), IsEmpty());
}

TEST(KnobModes, HaveTheReferencesToolingButForTheirKnobs) {
  const std::vector<Mode> modes = knob_modes(kNoisy, kPinned);
  EXPECT_EQ(modes[1].tooling,
            (Tooling{{"deterministic", false}, {"cudnn_autotune", true}, {"onednn", false}}));
  EXPECT_EQ(modes[3].tooling,
            (Tooling{{"deterministic", true}, {"cudnn_autotune", true}, {"onednn", false}}));
}

TEST(KnobModes, LeaveAloneWhatTheModeLeavesAlone) {
  const std::vector<Mode> modes = knob_modes(kPinned, kNoisy);
  EXPECT_EQ(modes[2].name, "noisy.only-threads");
  EXPECT_FALSE(modes[2].tooling.contains("threads"));
}

TEST(KnobModes, KeepTheReferencesFactorsAndDemandTheirOwnKnobAlone) {
  for (const Mode& mode : knob_modes(kNoisy, kPinned)) {
    EXPECT_TRUE(mode.init) << mode.name;
    ASSERT_TRUE(mode.part) << mode.name;
    EXPECT_EQ(mode.part->mode, "pinned");
    EXPECT_EQ(mode.part->reference, "noisy");
    EXPECT_THAT(mode.demanded, ElementsAre(mode.part->knob));
    EXPECT_EQ(mode.part->is_in_order, mode.name.find("upto") != std::string::npos);
  }
}

}  // namespace
}  // namespace ndbench
