#include "worker/ulp.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ndbench/error.h"
#include "state_only.h"

namespace ndbench {
namespace {

using testing::HasSubstr;

std::string move(const NamedTensors& state, std::uint64_t seed = 1) {
  return move_one_weight(StateOnly(state), seed);
}

/// What Error says about a state.
std::string refusal(const NamedTensors& state, bool shows_copies = false) {
  try {
    return "moved " + move_one_weight(StateOnly(state, shows_copies), 1);
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(Ulp, MovesTheOneWeightThereIsToTheNextLargerNumber) {
  const at::Tensor weight = at::full({1}, 0.5F);
  EXPECT_EQ(move({{"parameters/w", weight}}), "parameters/w[0] 0.5 → 0.50000006");
  EXPECT_EQ(weight.item<float>(), std::nextafter(0.5F, 1.0F));
  const at::Tensor scalar = at::full({}, -0.5F);
  EXPECT_EQ(move({{"parameters/w", scalar}}), "parameters/w[0] -0.5 → -0.49999997");
}

TEST(Ulp, MovesByTheUlpOfTheWeightsOwnType) {
  const at::Tensor wide = at::full({1}, 1.0, at::kDouble);
  EXPECT_EQ(move({{"parameters/w", wide}}), "parameters/w[0] 1 → 1.0000000000000002");
  const at::Tensor brain = at::full({1}, 1.0, at::kBFloat16);
  (void)move({{"parameters/w", brain}});
  EXPECT_EQ(brain.item<float>(), 1.0F + 1.0F / 128.0F);  // 8 bits of significand
  const at::Tensor half = at::full({1}, -1.0, at::kHalf);
  (void)move({{"parameters/w", half}});
  EXPECT_EQ(half.item<float>(), -1.0F + 1.0F / 2048.0F);  // 11 bits, and an ulp is half below 1
}

TEST(Ulp, ChangesNothingElse) {
  const at::Tensor weight = at::arange(1, 25, at::kFloat).reshape({2, 3, 4});
  const at::Tensor bias = at::ones({2});
  const at::Tensor before = weight.clone();
  (void)move({{"parameters/w", weight}, {"parameters/b", bias}});
  EXPECT_EQ(at::ne(weight, before).sum().item<std::int64_t>() +
                at::ne(bias, at::ones({2})).sum().item<std::int64_t>(),
            1);
}

TEST(Ulp, MovesTheElementThatItNamesWhateverTheLayout) {
  const at::Tensor values = at::arange(1, 121, at::kFloat).reshape({2, 3, 4, 5});
  for (const at::Tensor& weight : {values.clone(), values.transpose(0, 3).clone().transpose(0, 3),
                                   values.contiguous(at::MemoryFormat::ChannelsLast).clone()}) {
    const std::string moved = move({{"parameters/w", weight}}, 7);
    const at::Tensor place = at::ne(weight, values).flatten().nonzero();
    ASSERT_EQ(place.numel(), 1);
    EXPECT_THAT(moved, HasSubstr("[" + std::to_string(place.item<std::int64_t>()) + "]"));
  }
}

TEST(Ulp, ChoosesBySeedAmongAllWeights) {
  std::set<std::string> chosen;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const NamedTensors state{{"parameters/a", at::ones({3})}, {"parameters/b", at::ones({2})}};
    const std::string moved = move(state, seed);
    EXPECT_EQ(moved,
              move({{"parameters/a", at::ones({3})}, {"parameters/b", at::ones({2})}}, seed));
    chosen.insert(moved.substr(0, moved.find(' ')));
  }
  EXPECT_THAT(chosen, testing::ElementsAre("parameters/a[0]", "parameters/a[1]", "parameters/a[2]",
                                           "parameters/b[0]", "parameters/b[1]"));
}

TEST(Ulp, LeavesBuffersAndWhatItWouldNotMatterToAlone) {
  const at::Tensor weight = at::zeros({100});
  weight[41] = 2.0F;
  weight[42] = std::numeric_limits<float>::infinity();
  weight[43] = std::numeric_limits<float>::quiet_NaN();
  const NamedTensors state{{"buffers/b", at::ones({100})},
                           {"parameters/i", at::ones({100}, at::kLong)},
                           {"parameters/w", weight}};
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    EXPECT_THAT(move(state, seed), HasSubstr("parameters/w[41]"));
  }
  EXPECT_TRUE(at::equal(state[0].second, at::ones({100})));
}

TEST(Ulp, MovesWeightsThatRecordGradients) {
  const at::Tensor weight = at::ones({2}).set_requires_grad(true);
  (void)move({{"parameters/w", weight}});
  EXPECT_FALSE(at::equal(weight, at::ones({2})));
  EXPECT_TRUE(weight.is_leaf());
}

TEST(Ulp, RefusesAStateWithoutAWeightToMove) {
  for (const NamedTensors& state :
       {NamedTensors{}, NamedTensors{{"buffers/b", at::ones({2})}},
        NamedTensors{{"parameters/w", at::zeros({2})}, {"parameters/e", at::ones({0})}}}) {
    EXPECT_THAT(refusal(state), HasSubstr("no weight can be moved by one ulp"));
  }
}

TEST(Ulp, RefusesATaskThatShowsCopies) {
  EXPECT_THAT(refusal({{"parameters/w", at::ones({2})}}, /*shows_copies=*/true),
              HasSubstr("visits a copy of 'parameters/w'"));
}

}  // namespace
}  // namespace ndbench
