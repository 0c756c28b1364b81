#include "data/frame_folder.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/kitti.h"
#include "ndbench/error.h"
#include "temporary_folder.h"

namespace ndbench {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

namespace fs = std::filesystem;

/// Folders are read without opening pictures: empty files will do.
class FrameFolder : public testing::Test {
 protected:
  void put(const std::string& name, std::string_view text = "") const {
    fs::create_directories((folder_.path() / name).parent_path());
    write_bytes(folder_.path() / name, text);
  }

  [[nodiscard]] TakeSplits read() const { return takes_of_folder(folder_.path()); }

  static std::vector<std::string> names(const std::vector<Take>& takes) {
    std::vector<std::string> result;
    for (const Take& take : takes) {
      result.push_back(take.name);
    }
    return result;
  }

  TemporaryFolder folder_;
};

TEST_F(FrameFolder, HasATakeForEachFolderInTheOrderOfNames) {
  put("b/0001.jpg");
  put("b/0000.PNG");
  put("b/note.md");
  put("a/0.jpeg");
  put("c/0.jpg");
  put("readme.md");
  put(".hidden/x");
  const TakeSplits splits = read();
  EXPECT_THAT(names(splits.train), ElementsAre("a", "b"));
  EXPECT_THAT(names(splits.test), ElementsAre("c"));
  ASSERT_EQ(splits.train[1].pictures.size(), 2);
  EXPECT_EQ(fs::path(splits.train[1].pictures[0]).filename(), "0000.PNG");
  EXPECT_EQ(fs::path(splits.train[1].pictures[1]).filename(), "0001.jpg");
}

TEST_F(FrameFolder, KeepsTheLastFifthForTesting) {
  for (int i = 0; i < 10; ++i) {
    put("take" + std::to_string(i) + ".mp4");
  }
  const TakeSplits splits = read();
  EXPECT_EQ(splits.train.size(), 8U);
  EXPECT_THAT(names(splits.test), ElementsAre("take8.mp4", "take9.mp4"));
}

TEST_F(FrameFolder, OfFramesIsOneTakeWithoutATestSplit) {
  put("0.jpg");
  put("1.jpg");
  const TakeSplits splits = read();
  ASSERT_EQ(splits.train.size(), 1U);
  EXPECT_EQ(splits.train[0].pictures.size(), 2);
  EXPECT_THAT(splits.test, IsEmpty());
}

TEST_F(FrameFolder, TrainAndTestOrVal) {
  put("train/a/0.jpg");
  put("val/b/0.jpg");
  EXPECT_THAT(names(read().train), ElementsAre("a"));
  EXPECT_THAT(names(read().test), ElementsAre("b"));
  put("test/c/0.jpg");
  EXPECT_THAT(names(read().test), ElementsAre("c"));
}

TEST_F(FrameFolder, ListsForTrainingAndTesting) {
  for (const char* name : {"frame_0000000.jpg", "frame_0000001.jpg", "frame_0000002.jpg"}) {
    put(name);
  }
  const std::string here = folder_.path().filename();
  put("train_list.txt", here + "/frame_0000000.jpg\n" + here + "/frame_0000001.jpg");
  put("test_list.txt", here + "/frame_0000002.jpg");
  const TakeSplits splits = read();
  ASSERT_EQ(splits.train.size(), 1U);
  EXPECT_EQ(splits.train[0].pictures.size(), 2);
  ASSERT_EQ(splits.test.size(), 1U);
  EXPECT_EQ(splits.test[0].pictures.size(), 1);
}

TEST_F(FrameFolder, WithoutFramesSaysWhatToPutThere) {
  EXPECT_THAT([&] { (void)read(); },
              ThrowsMessage<Error>(AllOf(HasSubstr(folder_.path().string()),
                                         HasSubstr("no sequence"), HasSubstr(".jpg"))));
}

TEST_F(FrameFolder, ATakeWithoutFramesIsNamed) {
  put("a/0.jpg");
  fs::create_directory(folder_.path() / "b");
  EXPECT_THAT([&] { (void)read(); },
              ThrowsMessage<Error>(AllOf(HasSubstr("/b:"), HasSubstr("without frames"))));
}

TEST_F(FrameFolder, PicturesBesideFoldersAreUnclear) {
  put("a/0.jpg");
  put("stray.jpg");
  EXPECT_THAT([&] { (void)read(); },
              ThrowsMessage<Error>(AllOf(HasSubstr("stray.jpg"), HasSubstr("beside 'a'"))));
}

TEST_F(FrameFolder, NumbersOfDifferentLengthWouldBeInTheWrongOrder) {
  put("a/frame_9.jpg");
  put("a/frame_10.jpg");
  EXPECT_THAT([&] { (void)read(); },
              ThrowsMessage<Error>(AllOf(HasSubstr("frame_10.jpg"), HasSubstr("'frame_9.jpg'"),
                                         HasSubstr("zeros"))));
}

TEST_F(FrameFolder, NumbersWithZerosInFrontAndNamesWithoutAreInOrder) {
  put("a/frame_009.jpg");
  put("a/frame_010.jpg");
  put("a/frame_1000.jpg");
  put("a/other.jpg");
  put("a/other7.jpg");
  EXPECT_EQ(read().train[0].pictures.size(), 5);
}

TEST_F(FrameFolder, LinksMayNotLeadOut) {
  const TemporaryFolder outside;
  write_bytes(outside.path() / "secret.jpg", "");
  put("a/0.jpg");
  fs::create_symlink(outside.path() / "secret.jpg", folder_.path() / "a" / "1.jpg");
  EXPECT_THAT([&] { (void)read(); }, ThrowsMessage<Error>(HasSubstr("1.jpg")));
  fs::remove(folder_.path() / "a" / "1.jpg");
  fs::create_directory_symlink(outside.path(), folder_.path() / "b");
  EXPECT_THAT([&] { (void)read(); }, ThrowsMessage<Error>(HasSubstr("/b")));
}

TEST_F(FrameFolder, AFifoIsNamed) {
  put("a/0.jpg");
  ASSERT_EQ(::mkfifo((folder_.path() / "a" / "1.jpg").c_str(), 0600), 0);
  EXPECT_THAT([&] { (void)read(); }, ThrowsMessage<Error>(HasSubstr("1.jpg")));
}

TEST_F(FrameFolder, AnUnreadableFolderIsNamed) {
  if (::geteuid() == 0) {
    GTEST_SKIP() << "root reads every folder";
  }
  put("a/0.jpg");
  put("b/0.jpg");
  fs::permissions(folder_.path() / "b", fs::perms::none);
  EXPECT_THAT([&] { (void)read(); }, ThrowsMessage<Error>(HasSubstr("/b: cannot be listed")));
  fs::permissions(folder_.path() / "b", fs::perms::owner_all);
}

class Kitti : public FrameFolder {
 protected:
  void put_drive(const std::string& date, const std::string& number) const {
    put(date + "/" + date + "_drive_" + number + "_sync/image_03/data/0000000000.png");
  }

  [[nodiscard]] TakeSplits read() const { return takes_of_kitti(folder_.path()); }
};

TEST_F(Kitti, IsSplitAsInThePaper) {
  for (const char* number : {"0104", "0079", "0070", "0005", "0001", "0117"}) {
    put_drive("2011_09_26", number);
  }
  put_drive("2011_10_03", "0047");
  put_drive("2011_09_28", "0016");  // campus
  put_drive("2011_09_28", "0053");  // person
  put_drive("2011_09_26", "0119");  // calibration
  const TakeSplits splits = read();
  EXPECT_THAT(names(splits.train),
              ElementsAre("2011_09_26_drive_0001_sync", "2011_09_26_drive_0117_sync",
                          "2011_10_03_drive_0047_sync"));
  EXPECT_THAT(names(splits.test),
              ElementsAre("2011_09_26_drive_0104_sync", "2011_09_26_drive_0079_sync",
                          "2011_09_26_drive_0070_sync"));
}

TEST_F(Kitti, NeedsEveryDriveForTesting) {
  put_drive("2011_09_26", "0001");
  put_drive("2011_09_26", "0104");
  put_drive("2011_09_26", "0070");
  EXPECT_THAT([&] { (void)read(); },
              ThrowsMessage<Error>(AllOf(HasSubstr("2011_09_26_drive_0079_sync/image_03/data"),
                                         HasSubstr("https://www.cvlibs.net"))));
}

TEST_F(Kitti, NeedsADriveForTraining) {
  put_drive("2011_09_26", "0104");
  EXPECT_THAT([&] { (void)read(); }, ThrowsMessage<Error>(HasSubstr("no drive for training")));
}

}  // namespace
}  // namespace ndbench
