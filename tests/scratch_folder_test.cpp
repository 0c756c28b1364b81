#include "core/scratch_folder.h"

#include <gmock/gmock.h>

#include "core/journal.h"
#include "environment_variable.h"
#include "temporary_folder.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

TEST(ScratchFolder, IsInItsParentAndGoneWithAllThatIsInIt) {
  const TemporaryFolder parent;
  fs::path path;
  {
    const ScratchFolder scratch(parent.path());
    path = scratch.path();
    EXPECT_EQ(path, parent.path() / "scratch");
    fs::create_directories(path / "0");
    write_bytes(path / "0" / "1.snapshot", "bytes");
  }
  EXPECT_FALSE(fs::exists(path));
  EXPECT_TRUE(fs::exists(parent.path()));
}

TEST(ScratchFolder, IsAmongTheTemporaryOnesWithoutAParent) {
  const TemporaryFolder temporary;
  const EnvironmentVariable variable("TMPDIR", temporary.path().c_str());
  fs::path path;
  {
    const ScratchFolder one;
    const ScratchFolder two;
    path = one.path();
    EXPECT_EQ(path.parent_path(), temporary.path());
    EXPECT_NE(path, two.path());
  }
  EXPECT_TRUE(fs::is_empty(temporary.path()));
}

TEST(ScratchFolder, SaysWhereItCannotBeMade) {
  EXPECT_THAT([] { ScratchFolder("/proc/none"); },
              testing::ThrowsMessage<ResultsError>(
                  AllOf(HasSubstr("/proc/none/scratch"), HasSubstr("choose another place"))));
}

TEST(ScratchFolder, BelongsToThisUserAlone) {
  const ScratchFolder folder;
  EXPECT_EQ(fs::status(folder.path()).permissions(), fs::perms::owner_all);
}

}  // namespace
}  // namespace ndbench
