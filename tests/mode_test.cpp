#include "core/mode.h"

#include <gmock/gmock.h>

namespace ndbench {
namespace {

TEST(Mode, KnowsTheFourCombinationsOfFactorsAndTooling) {
  const Mode fixed{.name = "fixed", .deterministic = true};
  const Mode noisy{.name = "noisy", .init = true, .order = true, .augment = true, .dropout = true};
  const Mode algo{.name = "algo",
                  .init = true,
                  .order = true,
                  .augment = true,
                  .dropout = true,
                  .deterministic = true};
  const Mode impl{.name = "impl"};
  EXPECT_THAT(built_in_modes(), testing::ElementsAre(fixed, noisy, algo, impl));
}

TEST(Mode, MustRepeatOnlyIfNothingVariesAndToolingIsDeterministic) {
  EXPECT_TRUE((Mode{.name = "fixed", .deterministic = true}.must_repeat()));
  EXPECT_FALSE((Mode{.name = "impl"}.must_repeat()));
  EXPECT_FALSE((Mode{.name = "a", .init = true, .deterministic = true}.must_repeat()));
  EXPECT_FALSE((Mode{.name = "b", .order = true, .deterministic = true}.must_repeat()));
  EXPECT_FALSE((Mode{.name = "c", .augment = true, .deterministic = true}.must_repeat()));
  EXPECT_FALSE((Mode{.name = "d", .dropout = true, .deterministic = true}.must_repeat()));
}

}  // namespace
}  // namespace ndbench
