#include "../framework/sdk/gradient_sum.h"

#include <gmock/gmock.h>

#include <thread>

namespace ndbench {
namespace {

/// Gradients of which the sum in float32 tells the order: 1e8 + 1 is 1e8.
std::vector<at::Tensor> gradients(double value) { return {at::full({2}, value)}; }

float first_of(const std::vector<at::Tensor>& sum) { return sum.at(0)[0].item<float>(); }

TEST(GradientSum, AddsAsShardsArriveWhereTheOrderIsFree) {
  GradientSum small_first(/*is_ordered=*/false);
  small_first.add(2, gradients(1.0));
  small_first.add(0, gradients(1e8));
  small_first.add(1, gradients(-1e8));
  EXPECT_EQ(first_of(small_first.take()), 0.0F);

  GradientSum small_last(/*is_ordered=*/false);
  small_last.add(1, gradients(-1e8));
  small_last.add(0, gradients(1e8));
  small_last.add(2, gradients(1.0));
  EXPECT_EQ(first_of(small_last.take()), 1.0F);
}

TEST(GradientSum, AddsInTheOrderOfTheShardsWhoeverArrivesFirst) {
  GradientSum sum(/*is_ordered=*/true);
  std::thread third([&] { sum.add(2, gradients(1.0)); });
  std::thread second([&] { sum.add(1, gradients(-1e8)); });
  sum.add(0, gradients(1e8));
  second.join();
  third.join();
  EXPECT_EQ(first_of(sum.take()), 1.0F);  // 0 in the order in which they were started
}

TEST(GradientSum, OfTwoShardsHasTheSameBitsInBothOrders) {
  const at::Tensor a = at::rand({1000});
  const at::Tensor b = at::rand({1000});
  GradientSum forth(false);
  forth.add(0, {a.clone()});
  forth.add(1, {b.clone()});
  GradientSum back(false);
  back.add(1, {b.clone()});
  back.add(0, {a.clone()});
  EXPECT_TRUE(forth.take()[0].equal(back.take()[0]));
}

TEST(GradientSum, TakesGradientsThatNotEveryShardHas) {
  GradientSum sum(true);
  sum.add(0, {at::Tensor(), at::ones({1}), at::Tensor()});
  sum.add(1, {at::ones({1}), at::Tensor(), at::Tensor()});
  sum.add(2, {at::ones({1}), at::ones({1}), at::Tensor()});
  const std::vector<at::Tensor> total = sum.take();
  EXPECT_EQ(total[0].item<float>(), 2.0F);
  EXPECT_EQ(total[1].item<float>(), 2.0F);
  EXPECT_FALSE(total[2].defined());
}

TEST(GradientSum, LetsNoneWaitForAShardThatWillNotCome) {
  GradientSum sum(true);
  std::thread second([&] { sum.add(1, gradients(1.0)); });
  sum.abandon();
  second.join();
  EXPECT_THAT(sum.take(), testing::IsEmpty());
}

}  // namespace
}  // namespace ndbench
