#include "ndbench/images.h"

#include <gmock/gmock.h>

#include <fstream>
#include <string>

namespace ndbench {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

namespace fs = std::filesystem;

std::string big_endian(int value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16),
          static_cast<char>(value >> 8), static_cast<char>(value)};
}

/// `count` images of side x side pixels; image i is filled with i.
std::string images_file(int count, int side = 28) {
  std::string file =
      std::string("\0\0\x08\x03", 4) + big_endian(count) + big_endian(side) + big_endian(side);
  for (int i = 0; i < count; ++i) {
    file += std::string(static_cast<std::size_t>(side * side), static_cast<char>(i));
  }
  return file;
}

std::string labels_file(const std::string& labels) {
  return std::string("\0\0\x08\x01", 4) + big_endian(static_cast<int>(labels.size())) + labels;
}

class LoadImages : public testing::Test {
 protected:
  LoadImages()
      : folder_(fs::path(testing::TempDir()) /
                testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "fashion-mnist");
    write("train-images-idx3-ubyte", images_file(3));
    write("train-labels-idx1-ubyte", labels_file("\x09\x02\x01"));
    write("t10k-images-idx3-ubyte", images_file(2));
    write("t10k-labels-idx1-ubyte", labels_file("\x05\x06"));
  }
  ~LoadImages() override { fs::remove_all(folder_); }

  void write(const std::string& file, const std::string& content) const {
    std::ofstream(folder_ / "fashion-mnist" / file, std::ios::binary) << content;
  }

  [[nodiscard]] ImageSplits load(std::int64_t subset = 0, std::int64_t test_subset = 0) const {
    return load_images("fashion-mnist", {folder_}, subset, test_subset);
  }

  fs::path folder_;
};

TEST_F(LoadImages, ReadsBothSplits) {
  const ImageSplits splits = load();
  EXPECT_EQ(splits.train.size, 3);
  EXPECT_EQ(splits.train.channels, 1);
  EXPECT_EQ(splits.train.height, 28);
  EXPECT_EQ(splits.train.width, 28);
  EXPECT_EQ(splits.train.classes, 10);
  EXPECT_EQ(splits.train.image_bytes(), 784);
  ASSERT_EQ(splits.train.pixels.size(), 3U * 784U);
  EXPECT_EQ(splits.train.pixels[783], 0);
  EXPECT_EQ(splits.train.pixels[784], 1);
  EXPECT_EQ(splits.train.pixels[3 * 784 - 1], 2);
  EXPECT_THAT(splits.train.labels, ElementsAre(9, 2, 1));
  EXPECT_EQ(splits.test.size, 2);
  EXPECT_THAT(splits.test.labels, ElementsAre(5, 6));
}

TEST_F(LoadImages, KeepsTheFirstExamplesOfEachSplit) {
  const ImageSplits splits = load(2, 1);
  EXPECT_EQ(splits.train.size, 2);
  EXPECT_EQ(splits.train.pixels.size(), 2U * 784U);
  EXPECT_THAT(splits.train.labels, ElementsAre(9, 2));
  EXPECT_EQ(splits.test.size, 1);
  EXPECT_THAT(splits.test.labels, ElementsAre(5));
}

TEST_F(LoadImages, SubsetOfTheWholeSet) { EXPECT_EQ(load(3, 2).train.size, 3); }

TEST_F(LoadImages, SubsetLargerThanTheSet) {
  EXPECT_THAT([&] { (void)load(4); },
              ThrowsMessage<Error>(AllOf(HasSubstr("train-images"), HasSubstr("holds 3 examples"),
                                         HasSubstr("subset of 4"))));
}

TEST_F(LoadImages, NegativeSubset) {
  EXPECT_THAT([&] { (void)load(0, -1); }, ThrowsMessage<Error>(HasSubstr("must not be negative")));
}

TEST_F(LoadImages, LabelOutOfRangeNamesItsOffset) {
  write("t10k-labels-idx1-ubyte", labels_file("\x05\x0a"));
  EXPECT_THAT([&] { (void)load(); }, ThrowsMessage<Error>(AllOf(HasSubstr("t10k-labels"),
                                                                HasSubstr("label 10 at byte 9"))));
}

TEST_F(LoadImages, FewerLabelsThanImagesEvenIfTheSubsetHasAll) {
  write("train-labels-idx1-ubyte", labels_file("\x01\x02"));
  EXPECT_THAT([&] { (void)load(1, 1); }, ThrowsMessage<Error>(AllOf(HasSubstr("holds 2 labels"),
                                                                    HasSubstr("holds 3 images"))));
}

TEST_F(LoadImages, ImagesOfAnotherSize) {
  write("train-images-idx3-ubyte", images_file(3, 32));
  EXPECT_THAT([&] { (void)load(); }, ThrowsMessage<Error>(HasSubstr("32x32")));
}

TEST_F(LoadImages, FileMissingFromTheSet) {
  fs::remove(folder_ / "fashion-mnist" / "t10k-labels-idx1-ubyte");
  EXPECT_THAT([&] { (void)load(); }, ThrowsMessage<Error>(AllOf(HasSubstr("t10k-labels-idx1-ubyte"),
                                                                HasSubstr("cannot be found"))));
}

TEST_F(LoadImages, TakesTheFirstFolderThatHoldsTheSet) {
  const ImageSplits splits =
      load_images("fashion-mnist", {folder_ / "absent", folder_, "/nowhere"}, 0, 0);
  EXPECT_EQ(splits.train.size, 3);
}

TEST_F(LoadImages, MissingSetListsWhatWasTriedAndWhatToInstall) {
  EXPECT_THAT(
      [] {
        (void)load_images("fashion-mnist", {"/nowhere/a", "/nowhere/b"}, 0, 0);
      },
      ThrowsMessage<Error>(AllOf(HasSubstr("/nowhere/a/fashion-mnist"),
                                 HasSubstr("/nowhere/b/fashion-mnist"), HasSubstr("--data"),
                                 HasSubstr("apt-get install dataset-fashion-mnist"))));
}

TEST_F(LoadImages, NoFolderToTry) {
  EXPECT_THAT([] { (void)load_images("fashion-mnist", {}, 0, 0); },
              ThrowsMessage<Error>(HasSubstr("tried no folder")));
}

TEST_F(LoadImages, UnknownNameListsTheKnownOnes) {
  EXPECT_THAT(
      [&] { (void)load_images("../etc", {folder_}, 0, 0); },
      ThrowsMessage<Error>(AllOf(HasSubstr("'../etc'"), HasSubstr("known: fashion-mnist"))));
}

TEST(FashionMnist, HasItsPublishedContent) {
  if (!fs::exists("/usr/share/datasets/fashion-mnist")) {
    GTEST_SKIP() << "install dataset-fashion-mnist";
  }
  const ImageSplits splits = load_images("fashion-mnist", {"/usr/share/datasets"}, 0, 0);
  EXPECT_EQ(splits.train.size, 60'000);
  EXPECT_EQ(splits.test.size, 10'000);
  std::vector<int> train_labels(10);
  for (const std::uint8_t label : splits.train.labels) {
    ++train_labels[label];
  }
  EXPECT_THAT(train_labels, Each(6000));
}

}  // namespace
}  // namespace ndbench
