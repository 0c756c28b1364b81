#include "core/installation.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "temporary_folder.h"

namespace ndbench {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(ShippedSuites, AreNoneWithoutAFolder) { EXPECT_THAT(shipped_suites("/nowhere"), IsEmpty()); }

TEST(ShippedSuites, HaveTheFirstClauseOfTheirCommentAsSummary) {
  const TemporaryFolder folder;
  write_bytes(folder.path() / "b.toml", "# Two lines of\n# one sentence. Another.\nseed = 1\n");
  write_bytes(folder.path() / "a.toml", "seed = 1\n");
  write_bytes(folder.path() / "notes.txt", "# no suite\n");
  const auto suites = shipped_suites(folder.path());
  ASSERT_THAT(suites, SizeIs(2));
  EXPECT_EQ(suites[0].name, "a");
  EXPECT_EQ(suites[0].summary, "");
  EXPECT_EQ(suites[1].summary, "Two lines of one sentence");
}

TEST(ShippedSuites, ThatCannotBeReadSayWhyAndAreNotWaitedFor) {
  const TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder.path() / "fifo.toml").c_str(), 0600), 0);
  const auto suites = shipped_suites(folder.path());
  ASSERT_THAT(suites, SizeIs(1));
  EXPECT_THAT(suites[0].summary, HasSubstr("not a regular file"));
}

TEST(ShippedSuites, MayHaveACommentOfAMegabyte) {
  const TemporaryFolder folder;
  write_bytes(folder.path() / "long.toml", "# " + std::string(1'000'000, 'x') + "\n");
  EXPECT_THAT(shipped_suites(folder.path()).at(0).summary, SizeIs(testing::Lt(500U)));
}

}  // namespace
}  // namespace ndbench
