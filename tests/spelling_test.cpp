#include "core/spelling.h"

#include <gtest/gtest.h>

namespace ndbench {
namespace {

const std::vector<std::string> kKeys{"depth", "batch_size", "subset", "test_subset", "name"};

TEST(DidYouMean, SaysNothingWithoutCandidates) { EXPECT_EQ(did_you_mean("depth", {}), ""); }

TEST(DidYouMean, SaysNothingForAnEmptyWord) { EXPECT_EQ(did_you_mean("", kKeys), ""); }

TEST(DidYouMean, SaysNothingIfNoCandidateIsNear) {
  EXPECT_EQ(did_you_mean("optimizer", kKeys), "");
  EXPECT_EQ(did_you_mean("a", {"b"}), "");
}

TEST(DidYouMean, FindsEachKindOfEdit) {
  EXPECT_EQ(did_you_mean("depht", kKeys), "; did you mean 'depth'?");   // swap
  EXPECT_EQ(did_you_mean("dpth", kKeys), "; did you mean 'depth'?");    // insertion
  EXPECT_EQ(did_you_mean("ddepth", kKeys), "; did you mean 'depth'?");  // deletion
  EXPECT_EQ(did_you_mean("dapth", kKeys), "; did you mean 'depth'?");   // substitution
  EXPECT_EQ(did_you_mean("BatchSize", kKeys), "; did you mean 'batch_size'?");
}

TEST(DidYouMean, CountsASwapAsOneEdit) {
  // "ab" → "ba" is one of two characters, too many; "abc" → "acb" is one of three.
  EXPECT_EQ(did_you_mean("ba", {"ab"}), "");
  EXPECT_EQ(did_you_mean("acb", {"abc"}), "; did you mean 'abc'?");
}

TEST(DidYouMean, AllowsOneEditPerThreeCharacters) {
  EXPECT_EQ(did_you_mean("abcdxx", {"abcdef"}), "; did you mean 'abcdef'?");
  EXPECT_EQ(did_you_mean("abcxxx", {"abcdef"}), "");
}

TEST(DidYouMean, PrefersTheNearestThenTheFirst) {
  EXPECT_EQ(did_you_mean("subsets", {"testsubset", "subset"}), "; did you mean 'subset'?");
  EXPECT_EQ(did_you_mean("cat", {"car", "cap"}), "; did you mean 'car'?");
}

TEST(DidYouMean, IgnoresLongWordsOnEitherSide) {
  EXPECT_EQ(did_you_mean(std::string(1'000'000, 'a'), {std::string(1'000'000, 'a')}), "");
  EXPECT_EQ(did_you_mean(std::string(64, 'a'), {std::string(65, 'a')}), "");
  EXPECT_NE(did_you_mean(std::string(64, 'a'), {std::string(63, 'a')}), "");
}

TEST(Quoted, ListsTheWordsInOrder) {
  EXPECT_EQ(quoted({}), "");
  EXPECT_EQ(quoted(std::vector<std::string>{"b"}), "'b'");
  EXPECT_EQ(quoted(std::vector<std::string>{"b", "a"}), "'b', 'a'");
}

TEST(Quoted, StopsAfterTwentyWords) {
  const std::string twenty = quoted(std::vector<std::string>(20, "a"));
  EXPECT_EQ(twenty.size(), 20U * 3U + 19U * 2U);
  EXPECT_EQ(quoted(std::vector<std::string>(21, "a")), twenty + ", …");
}

}  // namespace
}  // namespace ndbench
