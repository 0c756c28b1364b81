#include "ndbench/precision.h"

#include <gmock/gmock.h>

#include <limits>

namespace ndbench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

const torch::Device kCpu(torch::kCPU);

TEST(EnterPrecision, KnowsWhatItLists) {
  EXPECT_THAT(precision_names(), ElementsAre("float32", "float64", "tf32", "bfloat16", "float16"));
  EXPECT_EQ(enter_precision("float64", kCpu), Precision::kFloat64);
  EXPECT_EQ(enter_precision("bfloat16", kCpu), Precision::kBfloat16);
}

TEST(EnterPrecision, RefusesWhatTheDeviceCannot) {
  for (const char* name : {"tf32", "float16"}) {
    EXPECT_THAT([&] { (void)enter_precision(name, kCpu); },
                ThrowsMessage<Error>(HasSubstr("needs a GPU")));
  }
  EXPECT_THAT([] { (void)enter_precision("float8", kCpu); },
              ThrowsMessage<Error>(HasSubstr("'float8' is not known")));
}

TEST(Autocast, ComputesProductsInBfloat16WhileAlive) {
  const at::Tensor a = torch::ones({4, 4});
  {
    const Autocast autocast(Precision::kBfloat16, kCpu);
    EXPECT_EQ(at::matmul(a, a).scalar_type(), at::kBFloat16);
  }
  EXPECT_EQ(at::matmul(a, a).scalar_type(), at::kFloat);
}

TEST(Autocast, LeavesFullPrecisionsAlone) {
  const at::Tensor a = torch::ones({4, 4});
  for (const Precision precision : {Precision::kFloat32, Precision::kFloat64, Precision::kTf32}) {
    const Autocast autocast(precision, kCpu);
    EXPECT_EQ(at::matmul(a, a).scalar_type(), at::kFloat);
  }
}

TEST(LossScaler, DividesGradientsByTheScale) {
  LossScaler scaler;
  const at::Tensor gradient = torch::full({3}, 65536.0);
  EXPECT_TRUE(scaler.unscale({gradient}));
  EXPECT_TRUE(gradient.equal(torch::ones({3})));
}

TEST(LossScaler, RefusesAStepThatIsNotFiniteAndHalvesTheScale) {
  for (const float bad :
       {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    LossScaler scaler;
    at::Tensor gradient = torch::ones({3});
    gradient[1] = bad;
    EXPECT_FALSE(scaler.unscale({torch::ones({2}), gradient}));
    EXPECT_EQ(scaler.scale(), 32768.0);
  }
}

TEST(LossScaler, AcceptsFiniteGradientsWhoseSumOverflowsFloat) {
  LossScaler scaler;
  const float largest = std::numeric_limits<float>::max();
  EXPECT_TRUE(scaler.unscale({torch::full({1000000}, largest)}));
}

TEST(LossScaler, DoublesTheScaleAfter2000GoodSteps) {
  LossScaler scaler;
  const at::Tensor gradient = torch::ones({1});
  for (int step = 0; step < 1999; ++step) {
    EXPECT_TRUE(scaler.unscale({gradient}));
  }
  EXPECT_EQ(scaler.scale(), 65536.0);
  EXPECT_TRUE(scaler.unscale({gradient}));
  EXPECT_EQ(scaler.scale(), 131072.0);
}

}  // namespace
}  // namespace ndbench
