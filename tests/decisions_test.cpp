#include "ndbench/decisions.h"

#include <gmock/gmock.h>

#include <array>

namespace ndbench {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

std::vector<std::int64_t> counts(const Slice& slice) {
  return {slice.examples,        slice.decisions, slice.correct,        slice.positives,
          slice.false_negatives, slice.negatives, slice.false_positives};
}

TEST(Decisions, CountsEachClass) {
  // Truth a a a b c, decided a b a b a; nobody is a d.
  Decisions decisions(
      {.size = 5, .classes = 4, .labels = {0, 0, 0, 1, 2}, .class_names = {"a", "b", "c", "d"}});
  decisions.append(std::array<std::int32_t, 3>{0, 1, 0});
  decisions.append(std::array<std::int32_t, 2>{1, 0});
  const Evaluation evaluation = decisions.evaluation();
  EXPECT_EQ(evaluation.metric, "accuracy");
  EXPECT_EQ(evaluation.value, 0.6);
  EXPECT_EQ(evaluation.examples, 5);
  EXPECT_THAT(evaluation.predictions, ElementsAre(0, 1, 0, 1, 0));
  ASSERT_THAT(evaluation.slices, SizeIs(3));
  EXPECT_EQ(evaluation.slices[0].name, "class/a");
  EXPECT_THAT(counts(evaluation.slices[0]), ElementsAre(3, 3, 2, 3, 1, 2, 1));
  EXPECT_EQ(evaluation.slices[1].name, "class/b");
  EXPECT_THAT(counts(evaluation.slices[1]), ElementsAre(1, 1, 1, 1, 0, 4, 1));
  EXPECT_EQ(evaluation.slices[2].name, "class/c");
  EXPECT_THAT(counts(evaluation.slices[2]), ElementsAre(1, 1, 0, 1, 1, 4, 0));
}

TEST(Decisions, KeepsLogitsInOrderUntilItIsCleared) {
  Decisions decisions({.size = 2, .classes = 2, .labels = {0, 1}});
  const auto decide = [&] {
    decisions.append(std::array<std::int32_t, 1>{0}, std::array<float, 2>{0.75F, 0.25F});
    decisions.append(std::array<std::int32_t, 1>{1}, std::array<float, 2>{-1.0F, 1.0F});
  };
  decide();
  EXPECT_THAT(decisions.evaluation().logits, ElementsAre(0.75F, 0.25F, -1.0F, 1.0F));
  EXPECT_THAT(decisions.evaluation().targets, ElementsAre(0, 1));
  decisions.clear();
  decide();
  EXPECT_THAT(decisions.evaluation().logits, SizeIs(4));
}

TEST(Decisions, NamesClassesByNumberWhereTheSetDoesNot) {
  Decisions decisions({.size = 1, .classes = 2, .labels = {1}});
  decisions.append(std::array<std::int32_t, 1>{1});
  EXPECT_EQ(decisions.evaluation().slices[0].name, "class/1");
}

TEST(Decisions, CountsEachAttributeAndSubGroup) {
  // Three examples with two attributes; the first two are of the group.
  Decisions decisions({.size = 3,
                       .classes = 2,
                       .attributes = {1, 0, 1, 1, 0, 0},
                       .class_names = {"Bald", "Hat"},
                       .groups = {{.name = "Male", .members = {1, 1, 0}}}});
  decisions.append(std::array<std::int32_t, 6>{1, 1, 0, 1, 0, 1});
  const Evaluation evaluation = decisions.evaluation();
  EXPECT_EQ(evaluation.value, 0.5);
  ASSERT_THAT(evaluation.slices, SizeIs(3));
  EXPECT_EQ(evaluation.slices[0].name, "attribute/Bald");
  EXPECT_THAT(counts(evaluation.slices[0]), ElementsAre(3, 3, 2, 2, 1, 1, 0));
  EXPECT_EQ(evaluation.slices[1].name, "attribute/Hat");
  EXPECT_THAT(counts(evaluation.slices[1]), ElementsAre(3, 3, 1, 1, 0, 2, 2));
  EXPECT_EQ(evaluation.slices[2].name, "group/Male");
  EXPECT_THAT(counts(evaluation.slices[2]), ElementsAre(2, 4, 2, 3, 1, 1, 1));
}

TEST(Decisions, ForgetsWhenCleared) {
  Decisions decisions({.size = 1, .classes = 2, .labels = {0}});
  decisions.append(std::array<std::int32_t, 1>{1});
  decisions.clear();
  decisions.append(std::array<std::int32_t, 1>{0});
  EXPECT_EQ(decisions.evaluation().value, 1.0);
}

}  // namespace
}  // namespace ndbench
