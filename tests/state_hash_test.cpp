#include "worker/state_hash.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
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
using testing::MatchesRegex;

State hash(NamedTensors state) { return hash_state(StateOnly(std::move(state))); }

std::string hash_of(const at::Tensor& value) { return hash({{"w", value}}).hash; }

at::Tensor floats(std::vector<float> values) { return at::tensor(values, at::kFloat); }

float with_bits(std::uint32_t bits) {
  float value = 0.0F;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

TEST(BatchHash, IsOfNamesAndBitsAndEmptyForNone) {
  class BatchOnly final : public Task {
   public:
    explicit BatchOnly(NamedTensors batch) : batch_(std::move(batch)) {}
    void start_epoch(std::int64_t) override {}
    std::int64_t next_batch() override { return 0; }
    at::Tensor train_step() override { return {}; }
    Evaluation evaluate() override { return {}; }
    void visit_state(const StateVisitor&) const override {}
    void visit_batch(const StateVisitor& visit) const override {
      for (const auto& [name, value] : batch_) visit(name, value);
    }

   private:
    NamedTensors batch_;
  };
  EXPECT_EQ(hash_batch(BatchOnly({})), "");
  const std::string one = hash_batch(BatchOnly({{"inputs", floats({1.0F})}}));
  EXPECT_THAT(one, MatchesRegex("[0-9a-f]{32}"));
  EXPECT_EQ(hash_batch(BatchOnly({{"inputs", floats({1.0F})}})), one);
  EXPECT_NE(hash_batch(BatchOnly({{"inputs", floats({2.0F})}})), one);
  EXPECT_NE(hash_batch(BatchOnly({{"targets", floats({1.0F})}})), one);
}

TEST(StateHash, IsTheSameForTheSameBits) {
  const State one = hash({{"w", floats({1.0F, 2.0F})}, {"b", at::zeros({3})}});
  const State two = hash({{"w", floats({1.0F, 2.0F})}, {"b", at::zeros({3})}});
  EXPECT_THAT(one.hash, MatchesRegex("[0-9a-f]{32}"));
  EXPECT_EQ(one.hash, two.hash);
  EXPECT_EQ(one.tensor_hashes, two.tensor_hashes);
}

TEST(StateHash, NamesEveryTensorInTheOrderOfTheVisit) {
  const State state = hash({{"w", at::ones({2})}, {"b", at::zeros({2})}});
  ASSERT_EQ(state.tensor_hashes.size(), 2U);
  EXPECT_EQ(state.tensor_hashes[0].first, "w");
  EXPECT_EQ(state.tensor_hashes[1].first, "b");
  EXPECT_NE(state.tensor_hashes[0].second, state.tensor_hashes[1].second);
  EXPECT_THAT(state.tensor_hashes[0].second, MatchesRegex("[0-9a-f]{32}"));
}

TEST(StateHash, ChangesWithEveryPropertyOfATensor) {
  const std::vector<std::string> hashes{
      hash_of(floats({1.0F, 0.0F})),
      hash_of(floats({std::nextafter(1.0F, 2.0F), 0.0F})),  // one unit in the last place
      hash_of(floats({1.0F, -0.0F})),                       // equal to 0, but not its bits
      hash_of(floats({0.0F, 1.0F})),                        // order
      hash_of(floats({1.0F, 0.0F}).reshape({1, 2})),        // shape
      hash_of(floats({1.0F, 0.0F}).reshape({2, 1})),
      hash_of(floats({1.0F, 0.0F}).view(at::kInt)),  // dtype, the same bits
      hash_of(floats({1.0F, 0.0F, 0.0F})),
      hash({{"v", floats({1.0F, 0.0F})}}).hash,  // name
  };
  EXPECT_EQ(std::set<std::string>(hashes.begin(), hashes.end()).size(), hashes.size());
}

TEST(StateHash, TellsNanPayloadsApart) {
  const std::vector<std::string> hashes{hash_of(floats({with_bits(0x7fc00000)})),
                                        hash_of(floats({with_bits(0x7fc00001)})),
                                        hash_of(floats({with_bits(0xffc00000)})),   // the sign
                                        hash_of(floats({with_bits(0x7f800000)}))};  // infinity
  EXPECT_EQ(std::set<std::string>(hashes.begin(), hashes.end()).size(), 4U);
  EXPECT_EQ(hash_of(floats({with_bits(0x7fc00001)})), hashes[1]);
}

TEST(StateHash, TellsScalarsAndEmptyTensorsByTheirShape) {
  const std::vector<std::string> hashes{hash_of(at::zeros({})), hash_of(at::zeros({1})),
                                        hash_of(at::zeros({0})), hash_of(at::zeros({0, 2})),
                                        hash_of(at::zeros({0}, at::kDouble))};
  EXPECT_EQ(std::set<std::string>(hashes.begin(), hashes.end()).size(), 5U);
}

TEST(StateHash, TakesEveryDtypeThatStateCanHave) {
  for (const at::ScalarType type : {at::kFloat, at::kDouble, at::kHalf, at::kBFloat16, at::kLong,
                                    at::kInt, at::kByte, at::kBool, at::kComplexFloat}) {
    const at::Tensor zeros = at::zeros({3}, type);
    EXPECT_EQ(hash_of(zeros), hash_of(zeros.clone())) << c10::toString(type);
    EXPECT_NE(hash_of(zeros), hash_of(at::ones({3}, type))) << c10::toString(type);
  }
}

TEST(StateHash, ReadsViewsInRowMajorOrder) {
  const at::Tensor matrix = at::arange(6, at::kFloat).reshape({2, 3});
  EXPECT_EQ(hash_of(matrix.t()), hash_of(matrix.t().clone(at::MemoryFormat::Contiguous)));
  EXPECT_NE(hash_of(matrix.t()), hash_of(matrix.reshape({3, 2})));
  const at::Tensor column = matrix.select(1, 1);
  EXPECT_EQ(hash_of(column), hash_of(floats({1.0F, 4.0F})));
  EXPECT_EQ(hash_of(at::ones({1}).expand({4})), hash_of(at::ones({4})));
  const at::Tensor image = at::arange(24, at::kFloat).reshape({1, 2, 3, 4});
  EXPECT_EQ(hash_of(image.contiguous(at::MemoryFormat::ChannelsLast)), hash_of(image));
}

TEST(StateHash, ReadsTheValuesOfLazyViews) {
  const at::Tensor value = at::complex(floats({1.0F}), floats({2.0F}));
  EXPECT_EQ(hash_of(at::conj(value)), hash_of(at::complex(floats({1.0F}), floats({-2.0F}))));
  EXPECT_NE(hash_of(at::conj(value)), hash_of(value));
  EXPECT_EQ(hash_of(at::imag(at::conj(value))), hash_of(floats({-2.0F})));
}

TEST(StateHash, DoesNotDependOnGradients) {
  EXPECT_EQ(hash_of(at::ones({2}).set_requires_grad(true)), hash_of(at::ones({2})));
}

TEST(StateHash, DependsOnTheOrderOfTheVisit) {
  const at::Tensor a = at::ones({2});
  const at::Tensor b = at::zeros({2});
  EXPECT_NE(hash({{"a", a}, {"b", b}}).hash, hash({{"b", b}, {"a", a}}).hash);
  EXPECT_NE(hash({{"a", a}, {"b", b}}).hash, hash({{"a", b}, {"b", a}}).hash);
}

/// What Error says about a state.
std::string refusal(NamedTensors state) {
  try {
    (void)hash(std::move(state));
  } catch (const Error& error) {
    return error.what();
  }
  return "hashed";
}

TEST(StateHash, RefusesTwoTensorsOfOneName) {
  EXPECT_EQ(refusal({{"w", at::ones({1})}, {"b", at::ones({1})}, {"w", at::ones({1})}}),
            "visit_state() names two tensors 'w'");
}

TEST(StateHash, RefusesAStateWithoutTensors) {
  EXPECT_THAT(refusal({}), HasSubstr("names no tensor"));
}

}  // namespace
}  // namespace ndbench
