#include "core/trusted_file.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "temporary_folder.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

/// A file in a folder in a folder of its own.
class TrustedFileTest : public testing::Test {
 protected:
  TrustedFileTest() {
    fs::create_directories(inner_);
    write_bytes(file_, "content");
    for (const fs::path& folder : {folder_.path(), inner_}) chmod(folder.c_str(), 0755);
    chmod(file_.c_str(), 0644);
  }

  static std::string refusal(const fs::path& path) { return TrustedFile(path).refusal(); }

  TemporaryFolder folder_;
  fs::path inner_ = folder_.path() / "inner";
  fs::path file_ = inner_ / "file";
};

TEST_F(TrustedFileTest, IsReadByItsDescriptorWhateverBecomesOfTheName) {
  const TrustedFile file(file_);
  ASSERT_EQ(file.refusal(), "");
  fs::remove(file_);
  write_bytes(file_, "another");
  std::string content(7, '\0');
  EXPECT_EQ(pread(file.descriptor(), content.data(), 7, 0), 7);
  EXPECT_EQ(content, "content");
}

TEST_F(TrustedFileTest, IsFoundThroughDotsAndRelativePaths) {
  EXPECT_EQ(refusal(inner_ / "." / ".." / "inner" / "file"), "");
  const fs::path before = fs::current_path();
  fs::current_path(folder_.path());
  EXPECT_EQ(refusal("inner/file"), "");
  fs::current_path(before);
}

TEST_F(TrustedFileTest, IsFoundThroughLinksOfTheOwner) {
  fs::create_symlink("file", inner_ / "relative");
  fs::create_symlink(inner_ / "relative", folder_.path() / "absolute");
  fs::create_symlink("inner", folder_.path() / "folder");
  EXPECT_EQ(refusal(folder_.path() / "absolute"), "");
  EXPECT_EQ(refusal(folder_.path() / "folder" / "relative"), "");
}

TEST_F(TrustedFileTest, IsNoFolderPipeDanglingLinkOrRing) {
  mkfifo((inner_ / "pipe").c_str(), 0600);
  fs::create_symlink("nowhere", inner_ / "dangling");
  fs::create_symlink("ring", inner_ / "ring");
  EXPECT_EQ(refusal(inner_), "is not a regular file");
  EXPECT_EQ(refusal("/"), "is not a regular file");
  EXPECT_EQ(refusal(inner_ / "pipe"), "is not a regular file");
  EXPECT_THAT(refusal(inner_ / "dangling"), EndsWith("/nowhere': No such file or directory"));
  EXPECT_THAT(refusal(inner_ / "ring"), EndsWith("Too many levels of symbolic links"));
  EXPECT_THAT(refusal(file_ / "below"), StartsWith("is not a regular file: "));
}

TEST_F(TrustedFileTest, MustNotBeWritableByOthers) {
  chmod(file_.c_str(), 0646);
  EXPECT_EQ(refusal(file_),
            "is refused: '" + file_.string() + "' is writable by everyone; run chmod o-w on it");
}

TEST_F(TrustedFileTest, MustNotLieWhereOthersCouldReplaceIt) {
  chmod(inner_.c_str(), 0757);
  EXPECT_THAT(refusal(file_), HasSubstr("'" + inner_.string() + "' is writable by everyone"));
  chmod(inner_.c_str(), 01777);  // searched by name, so sticky is not enough
  EXPECT_THAT(refusal(file_), HasSubstr("'" + inner_.string() + "' is writable by everyone"));
  chmod(inner_.c_str(), 0755);
  chmod(folder_.path().c_str(), 0757);
  EXPECT_THAT(refusal(file_), HasSubstr("'" + folder_.path().string() + "' is writable by"));
  chmod(folder_.path().c_str(), 01777);
  EXPECT_EQ(refusal(file_), "");
}

TEST_F(TrustedFileTest, MustNotBeReachedThroughALinkInSuchAFolder) {
  fs::create_symlink(inner_, folder_.path() / "link");
  chmod(folder_.path().c_str(), 0757);
  EXPECT_THAT(refusal(folder_.path() / "link" / "file"), HasSubstr("is writable by everyone"));
}

TEST_F(TrustedFileTest, MustBeTheOwnersOrRoots) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  constexpr uid_t kForeign = 12345;
  ASSERT_EQ(chown(file_.c_str(), kForeign, 0), 0);
  EXPECT_EQ(refusal(file_), "is refused: '" + file_.string() +
                                "' belongs to user 12345, who could change it; run chown 0 on it, "
                                "or ndbench as that user");
  ASSERT_EQ(chown(file_.c_str(), 0, 0), 0);
  ASSERT_EQ(chown(inner_.c_str(), kForeign, 0), 0);
  EXPECT_THAT(refusal(file_), HasSubstr("'" + inner_.string() + "' belongs to user 12345"));
  ASSERT_EQ(chown(inner_.c_str(), 0, 0), 0);
  fs::create_symlink(file_, folder_.path() / "link");
  ASSERT_EQ(lchown((folder_.path() / "link").c_str(), kForeign, 0), 0);
  chmod(folder_.path().c_str(), 01777);
  EXPECT_THAT(refusal(folder_.path() / "link"), HasSubstr("/link' belongs to user 12345"));
}

TEST_F(TrustedFileTest, MayBeWritableByTheOwnersPrivateGroupAlone) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  chmod(file_.c_str(), 0664);
  EXPECT_EQ(refusal(file_), "");  // group root has no other members
  ASSERT_EQ(chown(file_.c_str(), 0, 12345), 0);
  chmod(file_.c_str(), 0664);
  EXPECT_THAT(refusal(file_), EndsWith("is writable by group 12345; run chmod g-w on it"));
}

}  // namespace
}  // namespace ndbench
