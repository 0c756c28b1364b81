#include "core/divergence.h"

#include <gmock/gmock.h>

#include <limits>
#include <sstream>

namespace ndbench {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// A trace at these steps, whose state is `states[i]` there, as a letter, and whose batches are
/// `inputs[i]`.
ReplicaTrace trace(const std::vector<std::int64_t>& steps, const std::string& states,
                   const std::string& inputs = "") {
  ReplicaTrace result;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    result.push_back({.step = steps[i],
                      .state_hash = states.substr(i, 1),
                      .input_hash = inputs.empty() ? "" : inputs.substr(i, 1)});
  }
  return result;
}

/// With a difference of the weights at the last step.
ReplicaTrace with_difference(ReplicaTrace replica, const Difference& weights) {
  replica.back().differences["weights"] = weights;
  return replica;
}

std::string text_of(const std::vector<ReplicaTrace>& traces) {
  return divergence_text(find_divergence(traces));
}

TEST(Divergence, SaysNothingOfFewerThanTwoReplicas) {
  EXPECT_EQ(text_of({}), "");
  EXPECT_EQ(text_of({trace({0, 1}, "ab")}), "");
  EXPECT_EQ(console_growth(find_divergence({})), "");
}

TEST(Divergence, BoundsWhatEqualReplicasLeaveOpen) {
  const ReplicaTrace one = trace({0, 1, 2}, "abc", " xy");
  // 1 − 0.05^(1/2) = 77.64 %, 1 − 0.05^(1/5) = 45.07 %, 1 − 0.05^(1/100) = 2.951 %; rounded up.
  EXPECT_EQ(text_of({one, one}),
            "bitwise equal over 2 replicas: at 95 % fewer than 78 % of further runs differ");
  EXPECT_EQ(text_of(std::vector(5, one)),
            "bitwise equal over 5 replicas: at 95 % fewer than 46 % of further runs differ");
  EXPECT_EQ(text_of(std::vector(100, one)),
            "bitwise equal over 100 replicas: at 95 % fewer than 3.0 % of further runs differ");
}

TEST(Divergence, IsExactWhereTheStepBeforeWasTraced) {
  const auto parting =
      find_parting(trace({0, 1, 2, 3, 4}, "abcde"), trace({0, 1, 2, 3, 4}, "abcxy"));
  ASSERT_TRUE(parting.has_value());
  EXPECT_EQ(parting->after, 2);
  EXPECT_EQ(parting->at, 3);
  EXPECT_TRUE(parting->is_exact());
  EXPECT_FALSE(parting->by_inputs);
  EXPECT_EQ(where(*parting), "at step 3");
}

TEST(Divergence, IsABracketWhereItWasNot) {
  const auto parting = find_parting(trace({0, 8, 16, 27}, "abcd"), trace({0, 8, 16, 27}, "abcx"));
  ASSERT_TRUE(parting.has_value());
  EXPECT_FALSE(parting->is_exact());
  EXPECT_EQ(where(*parting), "between steps 16 and 27");
}

TEST(Divergence, ComparesOnlyStepsThatBothHave) {
  EXPECT_EQ(where(*find_parting(trace({0, 2, 3, 8}, "abcd"), trace({0, 1, 3, 8}, "axcy"))),
            "between steps 3 and 8");
  EXPECT_EQ(where(*find_parting(trace({4, 8}, "ab"), trace({5, 8}, "xy"))), "by step 8");
  EXPECT_FALSE(find_parting(trace({0, 1}, "ab"), trace({2, 3}, "xy")).has_value());
  EXPECT_FALSE(find_parting({}, trace({0}, "a")).has_value());
}

TEST(Divergence, TellsOtherDataFromOtherArithmetic) {
  const ReplicaTrace reference = trace({0, 1, 2}, "abc", " xy");
  // The batches of step 2 differ, and so do the states after it.
  EXPECT_TRUE(find_parting(reference, trace({0, 1, 2}, "abd", " xz"))->by_inputs);
  // They differ only after the states did.
  EXPECT_FALSE(find_parting(reference, trace({0, 1, 2}, "aef", " xz"))->by_inputs);
  EXPECT_EQ(text_of({reference, trace({0, 1, 2}, "aef", " wz")}),
            "replicas part at step 1: their batches differ");
}

TEST(Divergence, SaysThatReplicasStartApart) {
  EXPECT_EQ(text_of({trace({0, 1}, "ab"), trace({0, 1}, "xy"), trace({0, 1}, "vw")}),
            "replicas part before the first step");
}

TEST(Divergence, TakesTheEarliestPartingAndCountsWhoPartsThere) {
  const ReplicaTrace reference = trace({0, 1, 2, 3}, "abcd");
  const std::vector<ReplicaTrace> traces{reference, trace({0, 1, 2, 3}, "abcx"),
                                         trace({0, 1, 2, 3}, "abxy"), reference,
                                         trace({0, 1, 2, 3}, "abvw")};
  EXPECT_EQ(text_of(traces), "replicas part at step 2 in 2 of 4 cases");
  EXPECT_THAT(find_divergence(traces).partings, SizeIs(3));
}

TEST(Divergence, TakesMediansOverTheReplicas) {
  const auto replica = [](double value, double scaled) {
    return with_difference(trace({0, 1}, "ax"), {.elements = 10,
                                                 .differing = 5,
                                                 .v_c = value / 10,
                                                 .v_ermv = value / 100,
                                                 .distance = value,
                                                 .normalized_distance = scaled});
  };
  const std::vector<ReplicaTrace> traces{trace({0, 1}, "ab"), replica(1, kNan), replica(9, 0.25),
                                         replica(2, 0.75)};
  const Divergence divergence = find_divergence(traces);
  ASSERT_THAT(divergence.growth, SizeIs(1));  // nothing was compared at step 0
  const GrowthRow& row = divergence.growth.front();
  EXPECT_EQ(row.step, 1);
  EXPECT_EQ(row.replicas, 3U);
  ASSERT_THAT(row.of_kind, SizeIs(1));
  EXPECT_EQ(row.of_kind.at("weights").distance, 2.0);
  EXPECT_EQ(row.of_kind.at("weights").v_c, 0.2);
  EXPECT_EQ(row.of_kind.at("weights").v_ermv, 0.02);
  EXPECT_EQ(row.of_kind.at("weights").normalized_distance, 0.5);  // of the two that have one
}

TEST(Divergence, GivesReplicaZerosReasonBeforeThoseThatFollowFromIt) {
  std::vector<ReplicaTrace> traces{trace({0, 1}, "ab"), trace({0, 1}, "ax")};
  traces[1][0].not_compared = "there is no snapshot";
  traces[0][1].not_compared = "no room";
  EXPECT_EQ(find_divergence(traces).not_measured, "no room");
  EXPECT_THAT(console_growth(find_divergence(traces)), HasSubstr("no room"));
  traces[0][1].not_compared.clear();
  EXPECT_EQ(find_divergence(traces).not_measured, "there is no snapshot");
}

/// Two replicas that part at step 1, compared at these steps.
Divergence grown(const std::vector<std::int64_t>& steps) {
  Divergence divergence{.replicas = 3, .partings = {{0, 1}, {0, 1}}};
  for (const std::int64_t step : steps) {
    divergence.growth.push_back({.step = step,
                                 .replicas = 2,
                                 .of_kind = {{"weights", {1.5, 0.25, 1.0, 1.25e-7}},
                                             {"gradients", {0.5, kNan, 0.5, 0.125}},
                                             {"outputs", {0.5, 0.5, 0.75, 3.0}}}});
  }
  return divergence;
}

TEST(Divergence, ShowsGrowthOnATerminal) {
  Divergence divergence = grown({1, 2});
  divergence.growth.front().of_kind.erase("gradients");
  EXPECT_EQ(console_growth(divergence),
            "                       weights                   gradients          outputs\n"
            "    step distance   scaled      V_c   V_ermv      V_c   V_ermv      V_c   V_ermv\n"
            "       1      1.5     0.25        1  1.2e-07                       0.75        3\n"
            "       2      1.5     0.25        1  1.2e-07      0.5     0.12     0.75        3\n");
}

TEST(Divergence, KeepsToEightyColumnsAndThinsTheSteps) {
  std::istringstream lines(
      console_growth(grown({0, 1, 2, 3, 4, 5, 8, 11, 17, 35, 1000000, 1000001})));
  std::vector<std::string> steps;
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(line.size(), 80U) << line;
    std::istringstream(line) >> steps.emplace_back();
  }
  EXPECT_THAT(steps, testing::ElementsAre("weights", "step", "0", "1", "2", "4", "8", "17", "35",
                                          "1000000", "1000001"));
}

TEST(Divergence, ShowsGrowthInMarkdown) {
  EXPECT_THAT(markdown_growth(grown({3})),
              HasSubstr("|--:|\n| 3 | 2 | 1.5 | 0.25 | 1 | 1.2e-07 | 0.5 | 0.12 | 0.75 | 3 |\n"));
  Divergence equal = grown({3});
  equal.partings.clear();
  EXPECT_THAT(markdown_growth(equal), IsEmpty());
  EXPECT_THAT(console_growth(equal), IsEmpty());
}

}  // namespace
}  // namespace ndbench
