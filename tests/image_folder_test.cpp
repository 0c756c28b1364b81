#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ndbench/images.h"
#include "picture_file.h"
#include "temporary_folder.h"

namespace ndbench {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

namespace fs = std::filesystem;

/// A PNG of 2 x 2 pixels that are all `grey`.
std::string grey_png(int grey, int height = 2, int width = 2) {
  return png_file(height, width, [grey](int, int, int) { return grey; });
}

class ImageFolder : public testing::Test {
 protected:
  ImageFolder() {
    for (const char* split : {"train", "test"}) {
      for (const char* name : {"cat", "ant"}) {
        fs::create_directories(set() / split / name);
      }
    }
    write("train/cat/1.png", grey_png(11));
    write("train/cat/2.png", grey_png(12));
    write("train/cat/10.png", grey_png(10));
    write("train/ant/x.PNG", grey_png(20));
    write("test/cat/t.png", grey_png(30));
    write("test/ant/t.png", grey_png(40));
  }

  [[nodiscard]] fs::path set() const { return data_.path() / "pets"; }

  void write(const std::string& file, const std::string& content) const {
    write_bytes(set() / file, content);
  }

  [[nodiscard]] ImageSplits load(std::int64_t subset = 0, std::int64_t image_size = 0) const {
    return load_images({.dataset = "pets", .subset = subset, .image_size = image_size},
                       {data_.path()});
  }

  template <typename Matcher>
  void expect_refused(Matcher matcher) const {
    EXPECT_THAT([&] { (void)load(); }, ThrowsMessage<Error>(matcher));
  }

  /// The first byte of each image.
  static std::vector<int> greys(const Images& images) {
    std::vector<int> result;
    for (std::int64_t i = 0; i < images.size; ++i) {
      result.push_back(images.pixels[static_cast<std::size_t>(i * images.image_bytes())]);
    }
    return result;
  }

  TemporaryFolder data_;
};

TEST_F(ImageFolder, ClassesAreNumberedByNameAndExamplesGoRoundThem) {
  const ImageSplits splits = load();
  EXPECT_THAT(splits.train.class_names, ElementsAre("ant", "cat"));
  EXPECT_EQ(splits.train.classes, 2);
  EXPECT_EQ(splits.train.channels, 3);
  EXPECT_EQ(splits.train.height, 2);
  EXPECT_EQ(splits.train.width, 2);
  EXPECT_THAT(splits.train.labels, ElementsAre(0, 1, 1, 1));
  EXPECT_THAT(greys(splits.train), ElementsAre(20, 11, 10, 12));
  EXPECT_THAT(splits.test.labels, ElementsAre(0, 1));
  EXPECT_THAT(greys(splits.test), ElementsAre(40, 30));
}

TEST_F(ImageFolder, FilesOfAClassAreInTheOrderOfBytes) {
  EXPECT_THAT(greys(load().train), ElementsAre(20, 11, 10, 12)) << "1.png < 10.png < 2.png";
}

TEST_F(ImageFolder, SubsetIsTheFirstExamples) {
  const ImageSplits splits = load(2);
  EXPECT_EQ(splits.train.size, 2);
  EXPECT_THAT(splits.train.labels, ElementsAre(0, 1));
  EXPECT_THAT([&] { (void)load(5); }, ThrowsMessage<Error>(HasSubstr("holds 4 examples")));
}

TEST_F(ImageFolder, JpegAndPngMayBeMixedWhateverTheyAreCalled) {
  write("train/ant/x.PNG", grey_jpeg(2, 2, 99));
  EXPECT_NEAR(greys(load().train)[0], 99, 1);
}

TEST_F(ImageFolder, ValIsTakenWhereThereIsNoTest) {
  fs::rename(set() / "test", set() / "val");
  EXPECT_EQ(load().test.size, 2);
}

TEST_F(ImageFolder, SplitsThatAreMissingAreNamed) {
  fs::rename(set() / "test", set() / "tests");
  expect_refused(AllOf(HasSubstr("pets/test"), HasSubstr("cannot be found")));
  fs::rename(set() / "train", set() / "training");
  expect_refused(AllOf(HasSubstr("pets/train"), HasSubstr("cannot be found")));
}

TEST_F(ImageFolder, MixedSizesNameTheFirstThatDiffersAndBothSizes) {
  write("train/cat/2.png", grey_png(1, 3, 5));
  expect_refused(AllOf(HasSubstr("train/cat/2.png: has 5x3 pixels"),
                       HasSubstr("train/ant/x.PNG has 2x2"), HasSubstr("set image_size")));
  EXPECT_EQ(load(0, 4).train.height, 4);
}

TEST_F(ImageFolder, TestPicturesHaveTheSizeOfTrainingPictures) {
  write("test/cat/t.png", grey_png(1, 4, 4));
  write("test/ant/t.png", grey_png(1, 4, 4));
  expect_refused(
      AllOf(HasSubstr("test/ant/t.png: has 4x4 pixels"), HasSubstr("train/ant/x.PNG has 2x2")));
}

TEST_F(ImageFolder, ADamagedPictureIsNamed) {
  const std::string whole = busy_jpeg(64, 64);
  const std::size_t middle = whole.size() / 2;
  write("train/cat/2.png",
        whole.substr(0, middle) + std::string(64, '\xfe') + whole.substr(middle + 64));
  expect_refused(AllOf(HasSubstr("train/cat/2.png"), HasSubstr("damaged JPEG")));
}

TEST_F(ImageFolder, OfSeveralDamagedPicturesTheFirstIsNamed) {
  for (const char* name : {"1", "10", "2"}) {
    write(std::string("train/cat/") + name + ".png", "no picture");
  }
  for (int i = 0; i < 20; ++i) {
    expect_refused(HasSubstr("train/cat/1.png"));
  }
}

TEST_F(ImageFolder, AnEmptyClassIsNamed) {
  fs::create_directories(set() / "train" / "bee");
  expect_refused(AllOf(HasSubstr("train/bee"), HasSubstr("holds no pictures")));
}

TEST_F(ImageFolder, WithoutClassesIsNamed) {
  fs::remove_all(set() / "train");
  fs::create_directories(set() / "train");
  expect_refused(AllOf(HasSubstr("pets/train"), HasSubstr("holds no classes")));
}

TEST_F(ImageFolder, ClassesOfTheSplitsMustBeTheSame) {
  fs::create_directories(set() / "train" / "bee");
  write("train/bee/1.png", grey_png(1));
  expect_refused(AllOf(HasSubstr("train/bee: has no counterpart in"), HasSubstr("pets/test")));
  fs::create_directories(set() / "test" / "bee");
  write("test/bee/1.png", grey_png(1));
  fs::create_directories(set() / "test" / "dog");
  write("test/dog/1.png", grey_png(1));
  expect_refused(AllOf(HasSubstr("test/dog: has no counterpart in"), HasSubstr("pets/train")));
}

TEST_F(ImageFolder, WhatIsNoPictureIsNamed) {
  write("train/cat/labels.csv", "1,2");
  expect_refused(AllOf(HasSubstr("train/cat/labels.csv"), HasSubstr("no picture by its name")));
  fs::rename(set() / "train/cat/labels.csv", set() / "train/labels.csv");
  expect_refused(AllOf(HasSubstr("train/labels.csv"), HasSubstr("is a file")));
}

TEST_F(ImageFolder, AFolderInAClassIsNamed) {
  fs::create_directories(set() / "train" / "cat" / "more.jpg");
  expect_refused(AllOf(HasSubstr("train/cat/more.jpg"), HasSubstr("a folder")));
}

TEST_F(ImageFolder, NamesThatBeginWithADotAreLeftOut) {
  write("train/.DS_Store", "");
  write("train/cat/.DS_Store", "");
  EXPECT_EQ(load().train.size, 4);
}

TEST_F(ImageFolder, AFifoIsNamedAndNotWaitedFor) {
  ASSERT_EQ(::mkfifo((set() / "train" / "cat" / "3.png").c_str(), 0600), 0);
  expect_refused(AllOf(HasSubstr("train/cat/3.png"), HasSubstr("neither a file nor a folder")));
}

TEST_F(ImageFolder, ALinkOutOfTheSetIsNamed) {
  write_bytes(data_.path() / "private.png", grey_png(1));
  fs::create_symlink("../../../private.png", set() / "train" / "cat" / "3.png");
  expect_refused(AllOf(HasSubstr("train/cat/3.png"), HasSubstr("leads out")));
  fs::remove(set() / "train" / "cat" / "3.png");
  fs::create_directory_symlink("/", set() / "train" / "bee");
  expect_refused(AllOf(HasSubstr("train/bee"), HasSubstr("leads out")));
}

TEST_F(ImageFolder, AFolderWithoutPermissionIsNamed) {
  if (::geteuid() == 0) {
    GTEST_SKIP() << "root reads everything";
  }
  fs::permissions(set() / "train" / "cat", fs::perms::none);
  expect_refused(AllOf(HasSubstr("train/cat"), HasSubstr("Permission denied")));
  fs::permissions(set() / "train" / "cat", fs::perms::owner_all);
}

}  // namespace
}  // namespace ndbench
