#include "data/data_folder.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/data_set_path.h"
#include "ndbench/error.h"
#include "temporary_folder.h"

namespace ndbench {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

namespace fs = std::filesystem;

class DataFolderTest : public testing::Test {
 protected:
  DataFolderTest() {
    fs::create_directories(parent_.path() / "set" / "inside");
    write_bytes(parent_.path() / "outside.txt", "secret");
    write_bytes(parent_.path() / "set" / "b.txt", "b");
    write_bytes(parent_.path() / "set" / "inside" / "a.txt", "a");
  }

  [[nodiscard]] DataFolder folder() const { return DataFolder(parent_.path() / "set"); }

  [[nodiscard]] std::vector<std::string> names(const fs::path& place) const {
    std::vector<std::string> result;
    for (const auto& entry : folder().entries(place)) {
      result.push_back(entry.name + (entry.is_folder ? "/" : ""));
    }
    return result;
  }

  template <typename Matcher>
  void expect_not_a_file(const fs::path& place, Matcher matcher) {
    EXPECT_THAT([&] { (void)folder().file(place); },
                ThrowsMessage<Error>(AllOf(HasSubstr(place.string()), matcher)));
  }

  TemporaryFolder parent_;
};

TEST_F(DataFolderTest, KnowsWhatItHas) {
  EXPECT_TRUE(folder().has("b.txt"));
  EXPECT_TRUE(folder().has("inside/a.txt"));
  EXPECT_FALSE(folder().has("c.txt"));
  EXPECT_EQ(folder().file("inside/a.txt"), parent_.path() / "set" / "inside" / "a.txt");
}

TEST_F(DataFolderTest, ListsByNameInTheOrderOfBytes) {
  for (const char* name : {"10", "9", "Z", "a", "\xc3\xa9", ".hidden"}) {
    write_bytes(parent_.path() / "set" / name, "");
  }
  EXPECT_THAT(names("."), ElementsAre("10", "9", "Z", "a", "b.txt", "inside/", "\xc3\xa9"));
}

TEST_F(DataFolderTest, MayItselfBeALink) {
  fs::create_symlink(parent_.path() / "set", parent_.path() / "link");
  const DataFolder linked(parent_.path() / "link");
  EXPECT_EQ(linked.file("b.txt"), parent_.path() / "link" / "b.txt");
  EXPECT_EQ(linked.entries("inside").size(), 1U);
}

TEST_F(DataFolderTest, LinksMayPointToPlacesInIt) {
  fs::create_symlink("inside/a.txt", parent_.path() / "set" / "link.txt");
  fs::create_directory_symlink("inside", parent_.path() / "set" / "linked");
  EXPECT_THAT(names("."), ElementsAre("b.txt", "inside/", "link.txt", "linked/"));
  EXPECT_THAT(names("linked"), ElementsAre("a.txt"));
}

TEST_F(DataFolderTest, LinksThatLeadOutAreRefused) {
  fs::create_symlink("../outside.txt", parent_.path() / "set" / "link.txt");
  expect_not_a_file("link.txt", HasSubstr("leads out of the data set's folder"));
  EXPECT_THAT([&] { (void)names("."); },
              ThrowsMessage<Error>(AllOf(HasSubstr("link.txt"), HasSubstr("leads out"))));
}

TEST_F(DataFolderTest, AFolderBesideItWithTheSameBeginningIsOutside) {
  fs::create_directories(parent_.path() / "set2");
  fs::create_directory_symlink("../set2", parent_.path() / "set" / "linked");
  EXPECT_THAT([&] { (void)folder().entries("linked"); },
              ThrowsMessage<Error>(HasSubstr("leads out")));
}

TEST_F(DataFolderTest, PlacesThatLeadOutAreRefused) {
  expect_not_a_file("../outside.txt", HasSubstr("leads out"));
  expect_not_a_file("/etc/passwd", HasSubstr("leads out"));
}

TEST_F(DataFolderTest, WhatIsNoFileIsNamed) {
  expect_not_a_file("absent", HasSubstr("cannot be found"));
  expect_not_a_file("inside", HasSubstr("is a folder"));
  fs::create_symlink("nowhere", parent_.path() / "set" / "dangling");
  expect_not_a_file("dangling", HasSubstr("cannot be found"));
  fs::create_symlink("loop", parent_.path() / "set" / "loop");
  expect_not_a_file("loop", HasSubstr("cannot be reached"));
}

TEST_F(DataFolderTest, AFifoIsNamedAndNotWaitedFor) {
  ASSERT_EQ(::mkfifo((parent_.path() / "set" / "pipe").c_str(), 0600), 0);
  expect_not_a_file("pipe", HasSubstr("not a regular file"));
  EXPECT_THAT([&] { (void)names("."); },
              ThrowsMessage<Error>(AllOf(HasSubstr("pipe"), HasSubstr("neither a file nor"))));
}

TEST_F(DataFolderTest, AFileIsNoFolder) {
  EXPECT_THAT([&] { (void)DataFolder(parent_.path() / "outside.txt"); },
              ThrowsMessage<Error>(AllOf(HasSubstr("outside.txt"), HasSubstr("is not a folder"))));
  EXPECT_THAT([&] { (void)names("b.txt"); }, ThrowsMessage<Error>(HasSubstr("cannot be listed")));
}

TEST_F(DataFolderTest, AFolderWithoutPermissionIsNamed) {
  if (::geteuid() == 0) {
    GTEST_SKIP() << "root reads everything";
  }
  fs::permissions(parent_.path() / "set" / "inside", fs::perms::none);
  EXPECT_THAT([&] { (void)names("inside"); },
              ThrowsMessage<Error>(AllOf(HasSubstr("set/inside"), HasSubstr("Permission denied"))));
  fs::permissions(parent_.path() / "set" / "inside", fs::perms::owner_all);
}

TEST_F(DataFolderTest, IsTheFirstOnTheDataPath) {
  fs::create_directories(parent_.path() / "second" / "set");
  const DataFolder found = find_data_folder(
      {"set"}, {parent_.path() / "absent", parent_.path(), parent_.path() / "second"}, "");
  EXPECT_EQ(found.path(), parent_.path() / "set");
}

TEST_F(DataFolderTest, ANameMayLeadByALinkToWhatIsInTheDataPath) {
  const TemporaryFolder other;
  fs::create_directories(other.path() / "far");
  fs::create_directory_symlink(other.path() / "far", parent_.path() / "near");
  EXPECT_EQ(find_data_folder({"near"}, {parent_.path(), other.path()}, "").path(),
            parent_.path() / "near");
  EXPECT_EQ(find_data_set("near", {parent_.path(), other.path()}, ""),
            fs::canonical(other.path() / "far"));
}

TEST_F(DataFolderTest, ANameThatLeadsOutOfTheDataPathIsRefusedWithTheWayToAllowIt) {
  const TemporaryFolder other;
  fs::create_directories(other.path() / "far");
  fs::create_directory_symlink(other.path() / "far", parent_.path() / "near");
  fs::create_directory_symlink("/", parent_.path() / "root");
  const auto refusal = AllOf(HasSubstr("parameter 'dataset'"), HasSubstr("near"),
                             HasSubstr("leads to " + fs::canonical(other.path()).string() + "/far"),
                             HasSubstr("--data=" + fs::canonical(other.path()).string()));
  EXPECT_THAT([&] { (void)find_data_folder({"near"}, {parent_.path()}, ""); },
              ThrowsMessage<Error>(refusal));
  EXPECT_THAT([&] { (void)find_data_set("near", {parent_.path()}, ""); },
              ThrowsMessage<Error>(refusal));
  for (const char* name : {"root/etc", "root/proc/self/fd", "root/proc/self/root/etc"}) {
    EXPECT_THAT([&] { (void)find_data_set(name, {parent_.path()}, ""); },
                ThrowsMessage<Error>(HasSubstr("in no folder of the data path")))
        << name;
  }
}

TEST_F(DataFolderTest, NamesAreNotExpanded) {
  for (const std::string name : {"~", "~root", "$HOME", "${HOME}", "$(id)", "*", "%s"}) {
    EXPECT_THAT([&] { (void)find_data_set(name, {parent_.path()}, "do this"); },
                ThrowsMessage<Error>(HasSubstr(parent_.path().string() + "/" + name)));
  }
}

TEST_F(DataFolderTest, NamesThatLeadElsewhereAreRefused) {
  for (const std::string& name :
       {std::string("/etc/passwd"), std::string("../set"), std::string("set/../../etc"),
        std::string("set//inside"), std::string("."), std::string(""), std::string("set/"),
        std::string("set\0/../..", 10), std::string("set\n")}) {
    const auto refusal =
        ThrowsMessage<Error>(AllOf(HasSubstr("parameter 'dataset'"), HasSubstr("--data")));
    EXPECT_THAT([&] { (void)find_data_set(name, {parent_.path()}, ""); }, refusal);
    EXPECT_THAT([&] { (void)find_data_folder({name}, {parent_.path()}, ""); }, refusal);
  }
}

TEST_F(DataFolderTest, EarlierNamesGoBeforeLaterOnes) {
  fs::create_directories(parent_.path() / "other");
  EXPECT_EQ(find_data_folder({"absent", "other"}, {parent_.path()}, "").path(),
            parent_.path() / "other");
  EXPECT_EQ(find_data_folder({"set", "other"}, {parent_.path()}, "").path(),
            parent_.path() / "set");
}

TEST_F(DataFolderTest, MissingSaysWhereItWasLookedForAndWhatToDo) {
  EXPECT_THAT(
      [&] {
        (void)find_data_folder({"x", "y"}, {"/nowhere/a", "/nowhere/b"}, "do this");
      },
      ThrowsMessage<Error>(
          AllOf(HasSubstr("/nowhere/a/x, /nowhere/b/x, /nowhere/a/y, /nowhere/b/y"),
                HasSubstr("do this"), HasSubstr("--data"))));
}

}  // namespace
}  // namespace ndbench
