#include "core/plan.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "core/usage_error.h"

namespace ndbench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Suite suite_of(const std::vector<std::string>& models, const std::vector<std::string>& backends) {
  Suite suite;
  suite.modes = {built_in_modes()[0], built_in_modes()[1]};  // fixed, noisy
  for (const std::string& name : models) suite.models.push_back({name, name, {}, {}});
  for (const std::string& name : backends)
    suite.backends.push_back({.name = name, .plugin = name, .position = {}});
  return suite;
}

std::vector<std::string> names(const Plan& plan) {
  std::vector<std::string> result;
  for (const Cell& cell : plan.cells) result.push_back(cell.name());
  return result;
}

/// Of two models, two backends, two modes and both scopes.
Plan sixteen_cells() {
  Suite suite = suite_of({"a", "b"}, {"cpu", "onednn"});
  suite.step.emplace();
  suite.epoch.emplace();
  return make_plan(suite, {});
}

TEST(Plan, IsEmptyWithoutScopes) {
  EXPECT_THAT(make_plan(suite_of({"m"}, {"cpu"}), {}).cells, IsEmpty());
}

TEST(Plan, ListsModesWithinScopesWithinBackendsWithinModels) {
  EXPECT_THAT(
      names(sixteen_cells()),
      ElementsAre("a/cpu/fixed/step", "a/cpu/noisy/step", "a/cpu/fixed/epoch", "a/cpu/noisy/epoch",
                  "a/onednn/fixed/step", "a/onednn/noisy/step", "a/onednn/fixed/epoch",
                  "a/onednn/noisy/epoch", "b/cpu/fixed/step", "b/cpu/noisy/step",
                  "b/cpu/fixed/epoch", "b/cpu/noisy/epoch", "b/onednn/fixed/step",
                  "b/onednn/noisy/step", "b/onednn/fixed/epoch", "b/onednn/noisy/epoch"));
}

TEST(Plan, HasOnlyTheScopesOfTheSuite) {
  Suite suite = suite_of({"m"}, {"cpu"});
  suite.epoch.emplace();
  EXPECT_THAT(names(make_plan(suite, {})), ElementsAre("m/cpu/fixed/epoch", "m/cpu/noisy/epoch"));
}

TEST(Plan, AddsThePartsOfACostToTheStepAlone) {
  Suite suite = suite_of({"m"}, {"cpu"});
  suite.modes = {built_in_modes()[1],
                 Mode{.name = "pinned", .tooling = built_in_modes()[1].tooling}};
  suite.modes[1].tooling["onednn"] = false;
  suite.modes[1].tooling["threads"] = std::int64_t{1};
  suite.step = StepScope{.cost_by_knob = {"pinned"}};
  suite.epoch.emplace();
  const Plan plan = make_plan(suite, {});
  EXPECT_THAT(
      names(plan),
      ElementsAre("m/cpu/noisy/step", "m/cpu/pinned/step", "m/cpu/pinned.only-onednn/step",
                  "m/cpu/pinned.only-threads/step", "m/cpu/noisy/epoch", "m/cpu/pinned/epoch"));
  EXPECT_THAT(plan.group_of(0), ElementsAre(0, 1, 2, 3));
}

TEST(Plan, GroupsCellsThatDifferInTheModeAlone) {
  const Plan plan = sixteen_cells();
  EXPECT_EQ(plan.cells[6].group_name(), "a/onednn/epoch");
  EXPECT_THAT(plan.group_of(6), ElementsAre(6, 7));
  EXPECT_THAT(plan.group_of(7), ElementsAre(6, 7));
  EXPECT_THAT(plan.group_of(0), ElementsAre(0, 1));
}

TEST(Plan, TakesTheSuitesCounts) {
  Suite suite = suite_of({"m"}, {"cpu"});
  suite.step = StepScope{.replicas = 7, .steps = 12, .warmup = 2, .blocks = 3};
  suite.epoch = EpochScope{.replicas = 4, .epochs = 9};
  const Plan plan = make_plan(suite, {});
  EXPECT_EQ(plan.replicas(plan.cells[0]), 7);
  EXPECT_EQ(plan.replicas(plan.cells[2]), 4);
  EXPECT_EQ(plan.step.steps, 12);
  EXPECT_EQ(plan.step.warmup, 2);
  EXPECT_EQ(plan.step.blocks, 3);
  EXPECT_EQ(plan.epoch.epochs, 9);
  EXPECT_EQ(plan.minimum_seconds, 0.0);
  EXPECT_EQ(plan.minimum_warmup_seconds, 0.0);
}

TEST(Plan, PutsLimitsInPlaceOfTheSuitesCounts) {
  Suite suite = suite_of({"m"}, {"cpu"});
  suite.step.emplace();
  suite.epoch.emplace();
  const Plan plan = make_plan(
      suite,
      {.replicas = 2, .iterations = 3, .minimum_seconds = 0.5, .minimum_warmup_seconds = 0.25});
  EXPECT_EQ(plan.step.replicas, 2);
  EXPECT_EQ(plan.epoch.replicas, 2);
  EXPECT_EQ(plan.step.steps, 3);
  EXPECT_EQ(plan.epoch.epochs, 3);
  EXPECT_EQ(plan.minimum_seconds, 0.5);
  EXPECT_EQ(plan.minimum_warmup_seconds, 0.25);
}

Limits limits_of(std::optional<int> replicas, std::optional<double> precision = {},
                 std::optional<double> time_cap = {}) {
  Limits limits;
  limits.replicas = replicas;
  limits.precision = precision;
  limits.time_cap = time_cap;
  return limits;
}

TEST(Plan, GoesOnWithStepsForAPrecision) {
  Suite suite = suite_of({"m"}, {"cpu"});
  suite.step = StepScope{.replicas = 3, .precision = 0.02, .time_cap = 60.0};
  suite.epoch = EpochScope{.replicas = 4};
  Plan plan = make_plan(suite, {});
  EXPECT_TRUE(plan.is_sequential(plan.cells[0]));
  EXPECT_FALSE(plan.is_sequential(plan.cells[2]));
  EXPECT_EQ(plan.replicas(plan.cells[0]), 6);  // fewer have no interval
  EXPECT_EQ(plan.most_replicas(plan.cells[0]), 200);
  EXPECT_EQ(plan.most_replicas(plan.cells[2]), 4);
  EXPECT_EQ(plan.step.time_cap, 60.0);
  plan = make_plan(suite, limits_of({}, 0.01, 30.0));
  EXPECT_EQ(plan.step.precision, 0.01);
  EXPECT_EQ(plan.step.time_cap, 30.0);
  suite.step->replicas = 300;
  plan = make_plan(suite, {});
  EXPECT_EQ(plan.most_replicas(plan.cells[0]), 300);
}

TEST(Plan, TakesRepetitionsForJustThatManyUnlessAPrecisionIsAskedForToo) {
  Suite suite = suite_of({"m"}, {"cpu"});
  suite.step = StepScope{.precision = 0.02};
  Plan plan = make_plan(suite, limits_of(3));
  EXPECT_FALSE(plan.is_sequential(plan.cells[0]));
  EXPECT_EQ(plan.replicas(plan.cells[0]), 3);
  EXPECT_EQ(plan.most_replicas(plan.cells[0]), 3);
  plan = make_plan(suite, limits_of(8, 0.02));
  EXPECT_TRUE(plan.is_sequential(plan.cells[0]));
  EXPECT_EQ(plan.replicas(plan.cells[0]), 8);
}

std::string complaint(const Plan& plan, const Limits& limits) {
  try {
    check_precision(plan, limits);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(Plan, RefusesAPrecisionOfNothing) {
  Suite suite = suite_of({"m"}, {"cpu"});
  suite.step.emplace();
  suite.epoch.emplace();
  const Limits limits = limits_of({}, 0.02);
  const Plan plan = make_plan(suite, limits);
  EXPECT_EQ(complaint(plan, limits), "");
  EXPECT_THAT(complaint(select(plan, "epoch"), limits),
              testing::HasSubstr("--precision: is that of a step's cost in one mode against "));
  EXPECT_THAT(complaint(select(plan, "fixed"), limits), testing::HasSubstr("--precision"));
  // What the suite asks for is no mistake of who selects some of it.
  suite.step->precision = 0.02;
  EXPECT_EQ(complaint(select(make_plan(suite, {}), "epoch"), {}), "");
}

TEST(Plan, RefusesATimeCapOfNothing) {
  Suite suite = suite_of({"m"}, {"cpu"});
  suite.step.emplace();
  Limits limits = limits_of({}, {}, 60.0);
  EXPECT_THAT(complaint(make_plan(suite, limits), limits), testing::HasSubstr("--time_cap"));
  limits.precision = 0.02;
  EXPECT_EQ(complaint(make_plan(suite, limits), limits), "");
  limits.precision.reset();
  suite.step->precision = 0.02;
  EXPECT_EQ(complaint(make_plan(suite, limits), limits), "");
}

TEST(Plan, NeverHasMoreBlocksThanStepsThatWereAskedFor) {
  Suite suite = suite_of({"m"}, {"cpu"});
  suite.step = StepScope{.steps = 40, .blocks = 4};
  EXPECT_EQ(make_plan(suite, {.replicas = {}, .iterations = 3}).step.blocks, 3);
  EXPECT_EQ(make_plan(suite, {.replicas = {}, .iterations = 4}).step.blocks, 4);
  EXPECT_EQ(make_plan(suite, {.replicas = {}, .iterations = 50}).step.blocks, 4);
}

TEST(Plan, MakesADryRunAsShortAsCanBeWhateverElseIsAsked) {
  Suite suite = suite_of({"m"}, {"cpu"});
  suite.step.emplace();
  suite.epoch = EpochScope{.replicas = 3, .epochs = 10};
  const Plan plan = make_plan(suite, {.replicas = 9,
                                      .iterations = 9,
                                      .minimum_seconds = 9.0,
                                      .minimum_warmup_seconds = 9.0,
                                      .dry_run = true});
  EXPECT_EQ(plan.step.replicas, 1);
  EXPECT_EQ(plan.step.steps, 1);
  EXPECT_EQ(plan.step.warmup, 0);
  EXPECT_EQ(plan.step.blocks, 1);
  EXPECT_EQ(plan.epoch.replicas, 1);
  EXPECT_EQ(plan.epoch.epochs, 1);
  EXPECT_EQ(plan.minimum_seconds, 0.0);
  EXPECT_EQ(plan.minimum_warmup_seconds, 0.0);
}

TEST(Select, KeepsEveryCellForNoFilterAndForAll) {
  EXPECT_EQ(select(sixteen_cells(), "").cells.size(), 16U);
  EXPECT_EQ(select(sixteen_cells(), "all").cells.size(), 16U);
}

TEST(Select, FindsTheExpressionAnywhereInTheName) {
  EXPECT_THAT(names(select(sixteen_cells(), "nn/fixed/st")),
              ElementsAre("a/onednn/fixed/step", "b/onednn/fixed/step"));
  EXPECT_THAT(names(select(sixteen_cells(), "^b/cpu/(noisy|algo)/e.*h$")),
              ElementsAre("b/cpu/noisy/epoch"));
  EXPECT_THAT(names(select(sixteen_cells(), "no such benchmark")), IsEmpty());
}

TEST(Select, KeepsTheOthersBehindAMinus) {
  EXPECT_THAT(names(select(sixteen_cells(), "-onednn|noisy|^b")),
              ElementsAre("a/cpu/fixed/step", "a/cpu/fixed/epoch"));
  EXPECT_THAT(names(select(sixteen_cells(), "-.")), IsEmpty());
}

TEST(Select, RefusesWhatIsNoRegularExpression) {
  for (const std::string filter : {"(", "[", "a{2", "-("}) {
    try {
      (void)select(sixteen_cells(), filter);
      ADD_FAILURE() << filter << " accepted";
    } catch (const UsageError& error) {
      EXPECT_THAT(error.what(), HasSubstr("--benchmark_filter")) << filter;
      EXPECT_THAT(error.what(), HasSubstr("is not a regular expression")) << filter;
    }
  }
}

TEST(Select, RefusesAFilterThatWouldExhaustTheMatcher) {
  const std::string nested = std::string(60'000, '(') + std::string(60'000, ')');
  EXPECT_THROW((void)select(sixteen_cells(), nested), UsageError);
}

/// The order of the first `blocks` blocks, one after another.
std::vector<std::size_t> interleaving(std::size_t participants, int blocks, int replica) {
  std::vector<std::size_t> order;
  for (int block = 0; block < blocks; ++block) {
    for (const std::size_t turn : block_order(participants, block, replica)) order.push_back(turn);
  }
  return order;
}

TEST(BlockOrder, IsNothingForNobodyAndForNoBlocks) {
  EXPECT_THAT(interleaving(0, 4, 0), IsEmpty());
  EXPECT_THAT(interleaving(2, 0, 0), IsEmpty());
}

TEST(BlockOrder, LetsOneParticipantTakeEveryBlock) {
  EXPECT_THAT(interleaving(1, 3, 0), ElementsAre(0, 0, 0));
  EXPECT_THAT(interleaving(1, 3, 1), ElementsAre(0, 0, 0));
}

TEST(BlockOrder, GoesForthAndBackAgain) {
  EXPECT_THAT(interleaving(2, 1, 0), ElementsAre(0, 1));
  EXPECT_THAT(interleaving(2, 4, 0), ElementsAre(0, 1, 1, 0, 0, 1, 1, 0));
  EXPECT_THAT(interleaving(3, 3, 0), ElementsAre(0, 1, 2, 2, 1, 0, 0, 1, 2));
}

TEST(BlockOrder, StartsWithTheLastInOddReplicas) {
  EXPECT_THAT(interleaving(2, 1, 1), ElementsAre(1, 0));
  EXPECT_THAT(interleaving(2, 4, 3), ElementsAre(1, 0, 0, 1, 1, 0, 0, 1));
  EXPECT_THAT(interleaving(3, 2, 1), ElementsAre(2, 1, 0, 0, 1, 2));
  EXPECT_THAT(interleaving(2, 4, 2), ElementsAre(0, 1, 1, 0, 0, 1, 1, 0));
}

TEST(BlockOrder, GivesEveryParticipantTheSameMeanPositionOverEvenBlocks) {
  for (const std::size_t participants : {2U, 3U, 4U, 7U}) {
    for (const int blocks : {2, 4, 10}) {
      for (const int replica : {0, 1}) {
        const std::vector<std::size_t> order = interleaving(participants, blocks, replica);
        ASSERT_EQ(order.size(), participants * static_cast<std::size_t>(blocks));
        std::vector<std::size_t> turns(participants);
        std::vector<std::size_t> positions(participants);
        for (std::size_t position = 0; position < order.size(); ++position) {
          ++turns.at(order[position]);
          positions.at(order[position]) += position;
        }
        EXPECT_EQ(turns, std::vector(participants, static_cast<std::size_t>(blocks)));
        EXPECT_EQ(positions, std::vector(participants, positions.front()));
      }
    }
  }
}

}  // namespace
}  // namespace ndbench
