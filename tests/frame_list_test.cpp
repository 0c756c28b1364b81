#include "data/frame_list.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "ndbench/error.h"
#include "temporary_folder.h"

namespace ndbench {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

namespace fs = std::filesystem;

/// Lists are read without opening pictures: empty files will do.
class FrameList : public testing::Test {
 protected:
  FrameList() : data_(outside_.path() / "data") { fs::create_directory(data_); }

  void put(const std::string& name, std::string_view text = "") const {
    fs::create_directories((data_ / name).parent_path());
    write_bytes(data_ / name, text);
  }

  [[nodiscard]] std::vector<Take> read(const std::string& name = "list.txt") const {
    return takes_of_list(data_ / name);
  }

  /// The names of each take's pictures.
  [[nodiscard]] std::vector<std::vector<std::string>> pictures(
      const std::string& name = "list.txt") const {
    std::vector<std::vector<std::string>> result;
    for (const Take& take : read(name)) {
      auto& names = result.emplace_back();
      for (std::int64_t i = 0; i < take.pictures.size(); ++i) {
        names.push_back(fs::path(take.pictures[i]).lexically_relative(fs::canonical(data_)));
      }
    }
    return result;
  }

  TemporaryFolder outside_;
  fs::path data_;
};

TEST_F(FrameList, PicturesInARowAreOneTakeInTheOrderOfTheList) {
  put("b.jpg");
  put("a.png");
  put("list.txt", "b.jpg\na.png\nb.jpg\n");
  EXPECT_THAT(pictures(), ElementsAre(ElementsAre("b.jpg", "a.png", "b.jpg")));
}

TEST_F(FrameList, WithoutAnEndOfItsLastLine) {
  put("a.jpg");
  put("list.txt", "a.jpg\na.jpg");
  EXPECT_THAT(pictures(), ElementsAre(ElementsAre("a.jpg", "a.jpg")));
}

TEST_F(FrameList, LinesOfWindowsAndBlankOnes) {
  put("a.jpg");
  put("b b.jpg");
  put("list.txt",
      "\xef\xbb\xbf"
      "a.jpg\r\n\r\n  b b.jpg \t\r\n\n");
  EXPECT_THAT(pictures(), ElementsAre(ElementsAre("a.jpg", "b b.jpg")));
}

TEST_F(FrameList, EachListAndFolderIsATakeOfItsOwn) {
  put("a.jpg");
  put("one/0.jpg");
  put("one/1.jpg");
  put("two/list.txt", "x.jpg\n");
  put("two/x.jpg");
  put("list.txt", "a.jpg\none\na.jpg\ntwo/list.txt\na.jpg\n");
  EXPECT_THAT(pictures(),
              ElementsAre(ElementsAre("a.jpg"), ElementsAre("one/0.jpg", "one/1.jpg"),
                          ElementsAre("a.jpg"), ElementsAre("two/x.jpg"), ElementsAre("a.jpg")));
}

TEST_F(FrameList, TwoListsInARowAreTwoTakes) {
  put("a.jpg");
  put("one.txt", "a.jpg\n");
  put("list.txt", "one.txt\none.txt\n");
  EXPECT_THAT(pictures(), ElementsAre(ElementsAre("a.jpg"), ElementsAre("a.jpg")));
}

TEST_F(FrameList, AVideoFileIsATake) {
  put("a.mp4");
  put("list.txt", "a.mp4\na.mp4\n");
  const std::vector<Take> takes = read();
  ASSERT_EQ(takes.size(), 2U);
  EXPECT_EQ(takes[1].video.filename(), "a.mp4");
}

TEST_F(FrameList, PathsMayBeginWithTheNameOfTheFolderOfTheList) {
  put("frame_0000000.jpg");
  put("list.txt", "data/frame_0000000.jpg\n");
  EXPECT_THAT(pictures(), ElementsAre(ElementsAre("frame_0000000.jpg")));
}

TEST_F(FrameList, AFolderOfThatNameGoesFirst) {
  put("x.jpg");
  put("data/x.jpg");
  put("list.txt", "data/x.jpg\n");
  EXPECT_THAT(pictures(), ElementsAre(ElementsAre("data/x.jpg")));
}

TEST_F(FrameList, AMissingPictureIsNamedWithItsLine) {
  put("a.jpg");
  put("list.txt", "a.jpg\n\nmissing.jpg\n");
  EXPECT_THAT([&] { (void)read(); },
              ThrowsMessage<Error>(AllOf(HasSubstr("list.txt, line 3"), HasSubstr("missing.jpg"))));
}

TEST_F(FrameList, AnEmptyListNamesNoFrames) {
  for (const char* text : {"", "\n", "\r\n  \n"}) {
    put("list.txt", text);
    EXPECT_THAT([&] { (void)read(); },
                ThrowsMessage<Error>(AllOf(HasSubstr("list.txt"), HasSubstr("names no frames"))));
  }
}

TEST_F(FrameList, NeverLeadsOutOfItsFolder) {
  write_bytes(outside_.path() / "secret.jpg", "");
  fs::create_symlink(outside_.path() / "secret.jpg", data_ / "link.jpg");
  fs::create_directory_symlink(outside_.path(), data_ / "folder");
  for (const std::string& entry :
       {std::string("../secret.jpg"), std::string("link.jpg"), std::string("folder"),
        std::string("folder/secret.jpg"), (outside_.path() / "secret.jpg").string(),
        std::string("data/../secret.jpg")}) {
    put("list.txt", entry);
    EXPECT_THAT([&] { (void)read(); },
                ThrowsMessage<Error>(AllOf(HasSubstr("line 1"), HasSubstr("leads out of"))))
        << entry;
  }
}

TEST_F(FrameList, LinksInsideAndTheListItselfMayBeLinks) {
  put("real/a.jpg");
  fs::create_symlink("real/a.jpg", data_ / "link.jpg");
  put("list.txt", "link.jpg\n");
  fs::create_symlink(data_ / "list.txt", outside_.path() / "elsewhere.txt");
  EXPECT_EQ(takes_of_list(outside_.path() / "elsewhere.txt").size(), 1U);
}

TEST_F(FrameList, AListThatLeadsBackToItself) {
  put("list.txt", "other.txt\n");
  put("other.txt", "list.txt\n");
  EXPECT_THAT([&] { (void)read(); }, ThrowsMessage<Error>(HasSubstr("leads back to itself")));
  fs::create_symlink("list.txt", data_ / "alias.txt");
  put("list.txt", "alias.txt\n");
  EXPECT_THAT([&] { (void)read(); }, ThrowsMessage<Error>(HasSubstr("leads back to itself")));
}

TEST_F(FrameList, ListsOfListsHaveADepth) {
  put("a.jpg");
  put("0.txt", "a.jpg\n");
  for (int i = 1; i < 9; ++i) {
    put(std::to_string(i) + ".txt", std::to_string(i - 1) + ".txt\n");
  }
  EXPECT_THAT(pictures("7.txt"), ElementsAre(ElementsAre("a.jpg")));
  EXPECT_THAT([&] { (void)read("8.txt"); }, ThrowsMessage<Error>(HasSubstr("8 lists deep")));
}

TEST_F(FrameList, OtherFilesAndControlCharacters) {
  put("a.gif");
  put("list.txt", "a.gif\n");
  EXPECT_THAT([&] { (void)read(); },
              ThrowsMessage<Error>(AllOf(HasSubstr("line 1"), HasSubstr("'a.gif' is neither"))));
  put("list.txt", "a\x1b[2J.jpg\n");
  EXPECT_THAT([&] { (void)read(); }, ThrowsMessage<Error>(HasSubstr("control character")));
  put("list.txt", std::string_view("a.jpg\0b\n", 8));
  EXPECT_THAT([&] { (void)read(); }, ThrowsMessage<Error>(HasSubstr("control character")));
  put("list.txt", std::string(5000, 'x'));
  EXPECT_THAT([&] { (void)read(); }, ThrowsMessage<Error>(HasSubstr("too long")));
}

TEST_F(FrameList, AFifoIsNotWaitedFor) {
  ASSERT_EQ(::mkfifo((data_ / "pipe.jpg").c_str(), 0600), 0);
  ASSERT_EQ(::mkfifo((data_ / "pipe.txt").c_str(), 0600), 0);
  put("list.txt", "pipe.jpg\n");
  EXPECT_THAT([&] { (void)read(); }, ThrowsMessage<Error>(HasSubstr("pipe.jpg")));
  put("list.txt", "pipe.txt\n");
  EXPECT_THAT([&] { (void)read(); }, ThrowsMessage<Error>(HasSubstr("pipe.txt")));
  EXPECT_THAT([&] { (void)read("pipe.txt"); }, ThrowsMessage<Error>(HasSubstr("pipe.txt")));
}

}  // namespace
}  // namespace ndbench
