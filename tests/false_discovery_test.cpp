#include "core/false_discovery.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "statistics_vectors.h"

namespace ndbench {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(FalseDiscovery, LeavesNoTestAndOneTestAlone) {
  EXPECT_TRUE(adjusted_p({}).empty());
  EXPECT_EQ(adjusted_p(std::vector{0.03}), std::vector{0.03});
}

TEST(FalseDiscovery, TakesTheLeastOfALargerOne) {
  // 3 · 0.01; 3 / 2 · 0.04 is more than 0.05.
  const std::vector<double> adjusted = adjusted_p(std::vector{0.05, 0.01, 0.04});
  EXPECT_DOUBLE_EQ(adjusted[0], 0.05);
  EXPECT_DOUBLE_EQ(adjusted[1], 0.03);
  EXPECT_DOUBLE_EQ(adjusted[2], 0.05);
}

TEST(FalseDiscovery, DoesNotCountWhatIsNoTest) {
  const std::vector<double> adjusted = adjusted_p(std::vector{kNan, 0.02, kNan, 0.04});
  EXPECT_TRUE(std::isnan(adjusted[0]));
  EXPECT_DOUBLE_EQ(adjusted[1], 0.04);
  EXPECT_TRUE(std::isnan(adjusted[2]));
  EXPECT_DOUBLE_EQ(adjusted[3], 0.04);
}

TEST(FalseDiscovery, AgreesWithScipy) {
  for (const auto& vector : statistics_vectors("false_discovery")) {
    const std::vector<double> adjusted = adjusted_p(numbers(vector.at("p")));
    ASSERT_EQ(adjusted.size(), vector.at("adjusted").size());
    for (std::size_t i = 0; i < adjusted.size(); ++i) {
      expect_agrees(adjusted[i], vector.at("adjusted").at(i), vector.dump());
    }
  }
}

}  // namespace
}  // namespace ndbench
