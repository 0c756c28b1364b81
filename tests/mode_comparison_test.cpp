#include "core/mode_comparison.h"

#include <gmock/gmock.h>

#include <cmath>
#include <numeric>

#include "evaluated_records.h"

namespace ndbench {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Results results(const std::string& mode, std::vector<double> values) {
  Results made{.name = mode, .mode = built_in(mode), .replicas = {}, .values = std::move(values)};
  made.replicas.resize(made.values.size());
  std::iota(made.replicas.begin(), made.replicas.end(), 0);
  return made;
}

/// 10 values around `center`, `step` apart: their deviation is 3.02765 steps.
std::vector<double> around(double center, double step) {
  std::vector<double> values;
  for (int i = 0; i < 10; ++i) values.push_back(center + step * (i - 4.5));
  return values;
}

TEST(ModeComparison, FindsWhatDiffers) {
  const Comparison comparison =
      compare(results("algo", around(10.0, 1.0)), results("noisy", around(2.0, 0.25)));
  EXPECT_EQ(comparison.a, "algo");
  EXPECT_EQ(comparison.b, "noisy");
  EXPECT_DOUBLE_EQ(comparison.difference, 8.0);
  EXPECT_DOUBLE_EQ(comparison.deviation_ratio, 4.0);
  EXPECT_EQ(comparison.means.judgement, Judgement::kDiffers);
  EXPECT_EQ(comparison.deviations.judgement, Judgement::kDiffers);
  EXPECT_EQ(comparison.order.judgement, Judgement::kDiffers);
  EXPECT_EQ(comparison.superiority.probability, 1.0);
  EXPECT_EQ(verdicts_of(comparison), 2U);
}

TEST(ModeComparison, FindsNothingInEqualSamples) {
  const Comparison comparison =
      compare(results("algo", around(1.0, 0.1)), results("noisy", around(1.0, 0.1)));
  EXPECT_EQ(comparison.difference, 0.0);
  EXPECT_EQ(comparison.superiority.probability, 0.5);
  EXPECT_EQ(comparison.means.judgement, Judgement::kWithinNoise);
  EXPECT_EQ(comparison.order.judgement, Judgement::kWithinNoise);
  EXPECT_EQ(comparison.deviations.judgement, Judgement::kWithinNoise);
  EXPECT_FALSE(comparison.more_epochs);
  EXPECT_TRUE(comparison.is_same);
  EXPECT_EQ(verdicts_of(comparison), 0U);
}

TEST(ModeComparison, CallsResultsTheSameReplicaByReplica) {
  Results algo = results("algo", {1.0, 2.0});
  EXPECT_TRUE(compare(algo, results("noisy", {1.0, 2.0})).is_same);
  EXPECT_FALSE(compare(algo, results("noisy", {2.0, 1.0})).is_same);
  algo.replicas = {1, 2};
  EXPECT_FALSE(compare(algo, results("noisy", {1.0, 2.0})).is_same);
}

TEST(ModeComparison, SaysWhichDifferenceItWouldHaveFound) {
  const Comparison comparison =
      compare(results("algo", around(1.0, 0.1)), results("noisy", around(1.0, 0.1)));
  // 10 and 10 find 1.325 standard deviations (R: power.t.test(n = 10, power = .8)), each 0.302765.
  EXPECT_NEAR(comparison.detectable, 1.3249 * 0.302765, 2e-3);
}

TEST(ModeComparison, RefusesTooFewReplicas) {
  std::vector<double> nine = around(1.0, 0.1);
  nine.pop_back();
  const Comparison comparison = compare(results("algo", around(9.0, 0.1)), results("noisy", nine));
  EXPECT_EQ(comparison.means.judgement, Judgement::kRefused);
  EXPECT_EQ(comparison.means.refusal, "9 replicas of noisy: too few, it takes 10");
  EXPECT_EQ(comparison.order.judgement, Judgement::kRefused);
  EXPECT_EQ(comparison.deviations.judgement, Judgement::kRefused);
  EXPECT_EQ(verdicts_of(comparison), 0U);
  EXPECT_NEAR(comparison.difference, 8.05, 1e-12);  // shown all the same
  EXPECT_LT(comparison.means.test.p, 0.01);
}

TEST(ModeComparison, TakesRepeatedRunsForOneDraw) {
  Results fixed = results("fixed", std::vector<double>(10, 5.0));
  fixed.is_one_draw = true;
  const Comparison comparison = compare(fixed, results("noisy", around(1.0, 0.1)));
  EXPECT_EQ(comparison.means.refusal, "all replicas of fixed are one run repeated");
  EXPECT_EQ(comparison.deviations.refusal, "all replicas of fixed are one run repeated");
  EXPECT_EQ(comparison.deviation_ratio, 0.0);
  EXPECT_EQ(verdicts_of(comparison), 0U);
}

TEST(ModeComparison, JudgesSpreadButNotMeansOfModesThatVaryOtherSeeds) {
  const Comparison comparison =
      compare(results("impl", around(9.0, 0.01)), results("noisy", around(1.0, 0.1)));
  EXPECT_EQ(comparison.means.judgement, Judgement::kRefused);
  EXPECT_EQ(comparison.means.refusal, "impl and noisy vary different seeds");
  EXPECT_EQ(comparison.deviations.judgement, Judgement::kDiffers);
  EXPECT_EQ(verdicts_of(comparison), 1U);
}

TEST(ModeComparison, FindsNoDifferenceWhereNothingScatters) {
  const std::vector<double> equal(10, 0.5);
  const Comparison comparison = compare(results("algo", equal), results("noisy", equal));
  EXPECT_EQ(comparison.means.judgement, Judgement::kWithinNoise);
  EXPECT_EQ(comparison.deviations.judgement, Judgement::kWithinNoise);
  EXPECT_TRUE(std::isnan(comparison.deviation_ratio));
}

TEST(ModeComparison, RefusesResultsThatAreNoNumbers) {
  std::vector<double> diverged = around(1.0, 0.1);
  diverged[4] = kNan;
  const Comparison comparison =
      compare(results("algo", diverged), results("noisy", around(1.0, 0.1)));
  EXPECT_EQ(comparison.means.judgement, Judgement::kRefused);
  EXPECT_EQ(comparison.means.refusal, "a result is not a finite number");
  EXPECT_EQ(comparison.deviations.judgement, Judgement::kRefused);
}

TEST(ModeComparison, TestsWhetherAModeTakesMoreEpochs) {
  Results slow = results("algo", around(1.0, 0.1));
  Results fast = results("noisy", around(1.0, 0.1));
  slow.epochs = around(7.0, 0.1);
  fast.epochs = around(5.0, 0.1);
  Comparison comparison = compare(slow, fast);
  EXPECT_DOUBLE_EQ(comparison.more_epochs.value(), 2.0);
  EXPECT_EQ(comparison.convergence.judgement, Judgement::kDiffers);
  comparison = compare(fast, slow);  // one-sided: faster is not slower
  EXPECT_DOUBLE_EQ(comparison.more_epochs.value(), -2.0);
  EXPECT_EQ(comparison.convergence.judgement, Judgement::kWithinNoise);
}

TEST(ModeComparison, RefusesEpochsToATargetThatNotAllReach) {
  Results algo = results("algo", around(1.0, 0.1));
  Results noisy = results("noisy", around(1.0, 0.1));
  algo.epochs = noisy.epochs = around(5.0, 0.1);
  noisy.epochs[3] = kNan;
  const Comparison comparison = compare(algo, noisy);
  EXPECT_EQ(comparison.convergence.judgement, Judgement::kRefused);
  EXPECT_EQ(comparison.convergence.refusal, "1 of 10 replicas of noisy did not reach the target");
  EXPECT_TRUE(std::isfinite(comparison.more_epochs.value()));
}

}  // namespace
}  // namespace ndbench
