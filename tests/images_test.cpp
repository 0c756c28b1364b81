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
    return load_images({.dataset = "fashion-mnist", .subset = subset, .test_subset = test_subset},
                       {folder_});
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
  EXPECT_EQ(splits.train.class_names[9], "Ankle boot");
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
      load_images({.dataset = "fashion-mnist"}, {folder_ / "absent", folder_, "/nowhere"});
  EXPECT_EQ(splits.train.size, 3);
}

TEST_F(LoadImages, MissingSetListsWhatWasTriedAndWhatToInstall) {
  EXPECT_THAT(
      [] {
        (void)load_images({.dataset = "fashion-mnist"}, {"/nowhere/a", "/nowhere/b"});
      },
      ThrowsMessage<Error>(AllOf(HasSubstr("/nowhere/a/fashion-mnist"),
                                 HasSubstr("/nowhere/b/fashion-mnist"), HasSubstr("--data"),
                                 HasSubstr("apt-get install dataset-fashion-mnist"))));
}

TEST_F(LoadImages, NoFolderToTry) {
  EXPECT_THAT([] { (void)load_images({.dataset = "fashion-mnist"}, {}); },
              ThrowsMessage<Error>(HasSubstr("tried no folder")));
}

TEST_F(LoadImages, MissingSetGivesItsAddressAndChecksums) {
  const auto message = [&](const std::string& dataset) {
    try {
      (void)load_images({.dataset = dataset}, {folder_ / "absent"});
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  // As published in tensorflow_datasets/url_checksums.
  EXPECT_THAT(message("mnist"),
              AllOf(HasSubstr("http://yann.lecun.com/exdb/mnist/"),
                    HasSubstr("train-images-idx3-ubyte.gz 440fcabf73cc546fa21475e81ea3702656")));
  EXPECT_THAT(message("cifar-10"),
              AllOf(HasSubstr("absent/cifar-10, "), HasSubstr("absent/cifar-10-batches-bin"),
                    HasSubstr("https://www.cs.toronto.edu/~kriz/cifar.html"),
                    HasSubstr("cifar-10-binary.tar.gz c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb")));
  EXPECT_THAT(message("celeba"), HasSubstr("list_attr_celeba.txt f0e5da289d5ccf75ffe8811132694"));
  EXPECT_THAT(message("my-flowers"), HasSubstr("my-flowers/train/<class>/*.jpg"));
}

TEST_F(LoadImages, NamesThatLeadElsewhereAreRefused) {
  for (const std::string name :
       {"../etc", "/etc", "a/../../etc", "", ".", "a//b", "a/", "a\nb", "a\x7f"}) {
    EXPECT_THAT([&] { (void)load_images({.dataset = name}, {folder_}); },
                ThrowsMessage<Error>(HasSubstr("is not a name below a folder")))
        << name;
  }
}

TEST_F(LoadImages, ControlCharactersAreNotRepeatedInTheMessage) {
  EXPECT_THAT([&] { (void)load_images({.dataset = "a\x1b[2Jb"}, {folder_}); },
              ThrowsMessage<Error>(HasSubstr("'a?[2Jb'")));
}

TEST_F(LoadImages, MnistIsReadLikeFashionMnist) {
  fs::rename(folder_ / "fashion-mnist", folder_ / "mnist");
  const ImageSplits splits = load_images({.dataset = "mnist"}, {folder_});
  EXPECT_EQ(splits.train.size, 3);
  EXPECT_THAT(splits.train.class_names,
              ElementsAre("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"));
}

TEST_F(LoadImages, ImageSizeScalesAnySet) {
  const ImageSplits splits = load_images({.dataset = "fashion-mnist", .image_size = 7}, {folder_});
  EXPECT_EQ(splits.train.height, 7);
  EXPECT_EQ(splits.train.width, 7);
  ASSERT_TRUE(splits.train.in_memory());
  ASSERT_EQ(splits.train.pixels.size(), 3U * 49U);
  EXPECT_EQ(splits.train.pixels[2 * 49], 2);
  EXPECT_THAT(splits.train.labels, ElementsAre(9, 2, 1));
}

TEST_F(LoadImages, ImageSizeOutOfRange) {
  for (const std::int64_t size : {-1, 4097}) {
    EXPECT_THAT(
        [&] { (void)load_images({.dataset = "fashion-mnist", .image_size = size}, {folder_}); },
        ThrowsMessage<Error>(HasSubstr("image_size")));
  }
}

TEST_F(LoadImages, MoreThan512MiBAreReadWhenAskedFor) {
  // 3 x 4096 x 4096 = 48 MiB an image: ten fit, eleven do not.
  const auto load_synthetic = [](std::int64_t subset) {
    return load_images(
        {.dataset = "synthetic", .subset = subset, .test_subset = 1, .image_size = 4096}, {});
  };
  EXPECT_FALSE(load_synthetic(11).train.in_memory());
  EXPECT_TRUE(load_synthetic(11).test.in_memory());
}

TEST_F(LoadImages, ReadGivesOneExample) {
  std::vector<std::uint8_t> bytes(784);
  load().train.read(2, bytes);
  EXPECT_THAT(bytes, Each(2));
}

TEST(FashionMnist, HasItsPublishedContent) {
  if (!fs::exists("/usr/share/datasets/fashion-mnist")) {
    GTEST_SKIP() << "install dataset-fashion-mnist";
  }
  const ImageSplits splits = load_images({.dataset = "fashion-mnist"}, {"/usr/share/datasets"});
  EXPECT_EQ(splits.train.size, 60'000);
  EXPECT_EQ(splits.test.size, 10'000);
  std::vector<int> train_labels(10);
  for (const std::int32_t label : splits.train.labels) {
    ++train_labels.at(static_cast<std::size_t>(label));
  }
  EXPECT_THAT(train_labels, Each(6000));
}

}  // namespace
}  // namespace ndbench
