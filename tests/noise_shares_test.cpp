#include "core/noise_shares.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "evaluated_records.h"

namespace ndbench {
namespace {

Results results(const std::string& mode, std::vector<double> values) {
  Results made{.name = mode, .mode = built_in(mode), .replicas = {}, .values = std::move(values)};
  made.replicas.resize(made.values.size());
  std::iota(made.replicas.begin(), made.replicas.end(), 0);
  return made;
}

TEST(NoiseShares, SetToolingAndSeedsBesideTheWhole) {
  // Variances 4, 1 and 1/4 by replicas 0 to 2; noisy's fourth has no partner.
  Results noisy = results("noisy", {0.0, 2.0, 4.0, 100.0});
  const Results algo = results("algo", {0.0, 1.0, 2.0});
  Results impl = results("impl", {1.0, 0.5, 0.0});
  impl.replicas = {2, 1, 0};
  const NoiseShares shares = noise_shares(noisy, algo, impl).value();
  EXPECT_EQ(shares.replicas, 3U);
  EXPECT_DOUBLE_EQ(shares.impl_over_all, 0.25);
  EXPECT_DOUBLE_EQ(shares.algo_over_all, 0.5);
  EXPECT_DOUBLE_EQ(shares.interaction, (4.0 - 1.0 - 0.25) / 4.0);
}

TEST(NoiseShares, HaveAnIntervalThatHoldsTheInteractionAndIsTheSameEveryTime) {
  const Results noisy = results("noisy", {1.0, 5.0, 2.0, 8.0, 3.0, 9.0, 4.0, 7.0, 6.0, 0.0});
  const Results algo = results("algo", {2.0, 3.0, 1.0, 5.0, 2.5, 4.0, 3.5, 4.5, 1.5, 0.5});
  const Results impl = results("impl", {1.0, 1.5, 0.5, 1.2, 0.8, 1.9, 0.1, 1.1, 0.9, 1.4});
  const NoiseShares shares = noise_shares(noisy, algo, impl).value();
  EXPECT_LT(shares.interval.low, shares.interaction);
  EXPECT_GT(shares.interval.high, shares.interaction);
  EXPECT_LT(shares.interval.high, 1.0);  // variances are not negative
  const NoiseShares again = noise_shares(noisy, algo, impl).value();
  EXPECT_EQ(shares.interval.low, again.interval.low);
  EXPECT_EQ(shares.interval.high, again.interval.high);
}

TEST(NoiseShares, AreNothingWithoutSpreadOrPartners) {
  const Results some = results("algo", {0.0, 1.0, 2.0});
  EXPECT_FALSE(noise_shares(results("noisy", {1.0, 1.0, 1.0}), some, some));
  EXPECT_FALSE(noise_shares(results("noisy", {1.0}), some, some));
  Results elsewhere = some;
  elsewhere.replicas = {7, 8, 9};
  EXPECT_FALSE(noise_shares(results("noisy", {1.0, 2.0, 3.0}), elsewhere, some));
}

TEST(NoiseShares, HaveNoIntervalFromTwoReplicas) {
  const Results two = results("noisy", {0.0, 1.0});
  const NoiseShares shares = noise_shares(two, two, two).value();
  EXPECT_DOUBLE_EQ(shares.interaction, -1.0);
  EXPECT_TRUE(std::isnan(shares.interval.low));
}

TEST(NoiseInteractionCoverage, GrowsToTheNominalLevel) {
  EXPECT_TRUE(std::isnan(noise_interaction_coverage(2)));
  for (std::size_t n = 4; n < 200; ++n) {
    EXPECT_GT(noise_interaction_coverage(n), noise_interaction_coverage(n - 1)) << n;
  }
  EXPECT_LT(noise_interaction_coverage(1000), 0.95);
}

}  // namespace
}  // namespace ndbench
