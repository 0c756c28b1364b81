#include "core/mode.h"

#include <gmock/gmock.h>

namespace ndbench {
namespace {

const Mode& built_in(const std::string& name) {
  for (const Mode& mode : built_in_modes()) {
    if (mode.name == name) return mode;
  }
  throw std::out_of_range(name);
}

TEST(Mode, KnowsTheFourCombinationsOfFactorsAndTooling) {
  for (const char* name : {"noisy", "algo"}) {
    const Mode& mode = built_in(name);
    EXPECT_TRUE(mode.init && mode.order && mode.augment && mode.dropout) << name;
  }
  for (const char* name : {"fixed", "impl", "environment", "ulp"}) {
    const Mode& mode = built_in(name);
    EXPECT_FALSE(mode.init || mode.order || mode.augment || mode.dropout) << name;
  }
  EXPECT_EQ(built_in("noisy").tooling, built_in("impl").tooling);
  EXPECT_EQ(built_in("fixed").tooling, built_in("algo").tooling);
  EXPECT_TRUE(built_in("fixed").is_deterministic());
  EXPECT_FALSE(built_in("noisy").is_deterministic());
}

TEST(Mode, HasEveryKnobOfItsToolingInTheListOfKnobs) {
  for (const Mode& mode : built_in_modes()) {
    for (const auto& [name, value] : mode.tooling) EXPECT_NE(find_knob(name), nullptr) << name;
  }
}

TEST(Mode, MustRepeatOnlyIfNothingVariesAndToolingIsDeterministic) {
  const Tooling deterministic{{"deterministic", true}};
  EXPECT_TRUE((Mode{.name = "fixed", .tooling = deterministic}.must_repeat()));
  EXPECT_FALSE((Mode{.name = "impl"}.must_repeat()));
  EXPECT_FALSE((Mode{.name = "off", .tooling = {{"deterministic", false}}}.must_repeat()));
  EXPECT_FALSE((Mode{.name = "a", .init = true, .tooling = deterministic}.must_repeat()));
  EXPECT_FALSE((Mode{.name = "b", .order = true, .tooling = deterministic}.must_repeat()));
  EXPECT_FALSE((Mode{.name = "c", .augment = true, .tooling = deterministic}.must_repeat()));
  EXPECT_FALSE((Mode{.name = "d", .dropout = true, .tooling = deterministic}.must_repeat()));
  EXPECT_FALSE((Mode{.name = "e", .environment = true, .tooling = deterministic}.must_repeat()));
  EXPECT_FALSE((Mode{.name = "f", .ulp = true, .tooling = deterministic}.must_repeat()));
}

TEST(Mode, MustRepeatInOneEnvironmentIfNothingElseVaries) {
  EXPECT_TRUE(built_in("fixed").must_repeat_in_environment());
  EXPECT_TRUE(built_in("environment").must_repeat_in_environment());
  EXPECT_FALSE(built_in("environment").must_repeat());
  EXPECT_FALSE(built_in("ulp").must_repeat_in_environment());
  EXPECT_FALSE(built_in("impl").must_repeat_in_environment());
}

TEST(ReferenceMode, IsNoisyOrTheFirstFreeOneOrTheFirst) {
  const Mode fixed = built_in("fixed");
  const Mode impl = built_in("impl");
  const Mode noisy = built_in("noisy");
  Mode part = impl;
  part.part = KnobPart{"fixed", "impl", "deterministic"};
  EXPECT_EQ(reference_mode(std::vector{fixed, impl, noisy}), 2U);
  EXPECT_EQ(reference_mode(std::vector{fixed, impl}), 1U);
  EXPECT_EQ(reference_mode(std::vector{fixed, part, impl}), 2U);
  EXPECT_EQ(reference_mode(std::vector{fixed, built_in("algo")}), 0U);
}

TEST(Knob, AgreesWhereBothLeaveItAloneOrSetItAlike) {
  const Tooling one{{"threads", std::int64_t{1}}};
  EXPECT_TRUE(agree({}, {}, "threads"));
  EXPECT_TRUE(agree(one, one, "threads"));
  EXPECT_FALSE(agree(one, {}, "threads"));
  EXPECT_FALSE(agree({}, one, "threads"));
  EXPECT_FALSE(agree(one, {{"threads", std::int64_t{2}}}, "threads"));
}

TEST(Knob, TellsThreadsAndValuesAsSuitesSpellThem) {
  EXPECT_EQ(threads_of({}, 4), 4);
  EXPECT_EQ(threads_of({{"threads", std::int64_t{2}}}, 4), 2);
  EXPECT_EQ(text_of(true), "true");
  EXPECT_EQ(text_of(std::int64_t{2}), "2");
  EXPECT_EQ(text_of("avx2"), "avx2");
}

}  // namespace
}  // namespace ndbench
