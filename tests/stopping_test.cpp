#include "core/stopping.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

namespace ndbench {
namespace {

using testing::HasSubstr;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr StoppingRule kRule{.precision = 0.02, .time_cap = 600.0, .least = 6, .most = 200};

/// A cost that is known to ± this share.
ModeCost known_to(double half_width, std::size_t pairs = 10, const char* mode = "fixed") {
  return {mode,
          {.ratio = 1.0,
           .interval = {1.0 / (1.0 + half_width), 1.0 + half_width},
           .minimum_detectable_effect = 0.0,
           .pairs = pairs}};
}

ModeCost unknown() {
  return {"fixed",
          {.ratio = 1.0, .interval = {kNan, kNan}, .minimum_detectable_effect = kNan, .pairs = 5}};
}

TEST(Stopping, GoesOnBelowTheLeastNumber) {
  const StoppingDecision decision = decide(kRule, {"noisy", {known_to(0.001)}}, 5, 1e9);
  EXPECT_FALSE(decision.stop);
  EXPECT_EQ(decision.unmet, "");
}

TEST(Stopping, StopsWhenEveryCostIsKnownWellEnough) {
  const StoppingDecision decision =
      decide(kRule, {"noisy", {known_to(0.019), known_to(0.005, 10, "algo")}}, 6, 1.0);
  EXPECT_TRUE(decision.stop);
  EXPECT_EQ(decision.unmet, "");
}

TEST(Stopping, GoesOnWhileOneCostIsNot) {
  EXPECT_FALSE(
      decide(kRule, {"noisy", {known_to(0.019), known_to(0.021, 10, "algo")}}, 6, 1.0).stop);
  EXPECT_FALSE(decide(kRule, {"noisy", {unknown()}}, 6, 1.0).stop);
}

TEST(Stopping, SaysWhatIsUnmetAtTheTimeCap) {
  EXPECT_FALSE(decide(kRule, {"noisy", {known_to(0.04)}}, 10, 599.9).stop);
  const StoppingDecision decision =
      decide(kRule, {"noisy", {known_to(0.019), known_to(0.04, 10, "algo")}}, 10, 600.0);
  EXPECT_TRUE(decision.stop);
  // (log 1.04 / log 1.02)² × 10 pairs are 39.2.
  EXPECT_EQ(decision.unmet,
            "stopped after 600 s: overhead of algo is known to ±4 %, not ±2 %; about 30 more "
            "replicas");
}

TEST(Stopping, SaysWhatIsUnmetAtTheMostReplicas) {
  EXPECT_FALSE(decide(kRule, {"noisy", {known_to(0.04)}}, 199, 1.0).stop);
  const StoppingDecision decision = decide(kRule, {"noisy", {known_to(0.04, 200)}}, 200, 1.0);
  EXPECT_TRUE(decision.stop);
  EXPECT_THAT(decision.unmet, HasSubstr("stopped after 200 replicas: overhead of fixed"));
}

TEST(Stopping, NamesEveryModeThatIsUnmet) {
  const StoppingDecision decision =
      decide(kRule, {"noisy", {known_to(0.03), known_to(0.04, 10, "algo")}}, 10, 601.0);
  EXPECT_THAT(decision.unmet, HasSubstr("overhead of fixed is known to ±3 %"));
  EXPECT_THAT(decision.unmet, HasSubstr("overhead of algo is known to ±4 %"));
}

TEST(Stopping, ShowsAsManyDigitsAsTellKnownFromWanted) {
  EXPECT_THAT(decide(kRule, {"noisy", {known_to(0.02003)}}, 10, 601.0).unmet,
              HasSubstr("known to ±2.003 %, not ±2 %; about 1 more"));
}

TEST(Stopping, SaysWhenThereAreTooFewPairsForAnInterval) {
  EXPECT_THAT(decide(kRule, {"noisy", {unknown()}}, 10, 601.0).unmet,
              HasSubstr("overhead of fixed is not known: 5 pairs are too few for an interval"));
}

TEST(Stopping, StopsWhereNothingCanBeCompared) {
  EXPECT_FALSE(decide(kRule, {}, 5, 1.0).stop);
  EXPECT_TRUE(decide(kRule, {}, 6, 1.0).stop);
  EXPECT_EQ(decide(kRule, {}, 6, 1e9).unmet, "");
}

}  // namespace
}  // namespace ndbench
