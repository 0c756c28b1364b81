#include "core/host_files.h"

#include <gmock/gmock.h>

#include "host_tree.h"

namespace ndbench {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

TEST(HostFiles, GivesWhatIsThere) {
  HostTree tree;
  tree.write("/sys/a", " performance \nmore\n").write("/sys/n", "17\n").write("/sys/x", "-0.5");
  EXPECT_THAT(tree.files().text("/sys/n"), Optional(std::string("17\n")));
  EXPECT_THAT(tree.files().line("/sys/a"), Optional(std::string("performance")));
  EXPECT_THAT(tree.files().number("/sys/n"), Optional(17.0));
  EXPECT_THAT(tree.files().number("/sys/x"), Optional(-0.5));
  EXPECT_THAT(tree.files().names("/sys"), ElementsAre("a", "n", "x"));
}

TEST(HostFiles, GiveNothingWhereThereIsNothing) {
  const HostTree tree;
  EXPECT_EQ(tree.files().text("/proc/stat"), std::nullopt);
  EXPECT_EQ(tree.files().line("/proc/stat"), std::nullopt);
  EXPECT_EQ(tree.files().number("/proc/stat"), std::nullopt);
  EXPECT_EQ(tree.files().value("/proc/stat", "ctxt"), std::nullopt);
  EXPECT_THAT(tree.files().names("/proc"), IsEmpty());
  EXPECT_EQ(tree.files().text("/"), std::nullopt);  // a folder
}

TEST(HostFiles, TakesNothingElseForANumber) {
  HostTree tree;
  for (const char* text : {"", " ", "12 kB", "0x10", "nan", "inf", "1e999", "max", "--1", "\xff"}) {
    tree.write("/n", text);
    EXPECT_EQ(tree.files().number("/n"), std::nullopt) << text;
  }
}

TEST(HostFiles, FindsTheValueOfAKey) {
  HostTree tree;
  tree.write("/m", "MemTotal: 9 kB\nMemFree:  5 kB\nnr_throttled 3\nempty\nword: x\n");
  EXPECT_THAT(tree.files().value("/m", "MemFree"), Optional(5.0));
  EXPECT_THAT(tree.files().value("/m", "nr_throttled"), Optional(3.0));
  for (const char* key : {"Mem", "kB", "empty", "word", ""}) {
    EXPECT_EQ(tree.files().value("/m", key), std::nullopt) << key;
  }
}

TEST(HostFiles, ReadsAMebibyteOfAnEndlessFile) {
  HostTree tree;
  tree.write("/big", std::string((1U << 20U) + 5, 'x'));
  EXPECT_EQ(tree.files().text("/big")->size(), 1U << 20U);
}

TEST(ToList, UnderstandsRanges) {
  EXPECT_THAT(to_list("0"), Optional(ElementsAre(0)));
  EXPECT_THAT(to_list("0-2,7"), Optional(ElementsAre(0, 1, 2, 7)));
}

TEST(ToList, UnderstandsNothingElse) {
  for (const char* text : {"", "a", "1-", "-1", "2-1", "0-99999999", "1,,2", "1 2", "nan"}) {
    EXPECT_EQ(to_list(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace ndbench
