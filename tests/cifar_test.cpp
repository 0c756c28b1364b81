#include <gmock/gmock.h>

#include <cstdlib>

#include "ndbench/images.h"
#include "temporary_folder.h"

namespace ndbench {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

namespace fs = std::filesystem;

constexpr std::size_t kPixelBytes = 3072;

/// One record: its label bytes and 3072 times the same pixel.
std::string record(const std::string& labels, int pixel) {
  return labels + std::string(kPixelBytes, static_cast<char>(pixel));
}

class Cifar : public testing::Test {
 protected:
  Cifar() {
    fs::create_directories(batches());
    for (int batch = 1; batch <= 5; ++batch) {
      const auto label = static_cast<char>(batch);
      write("data_batch_" + std::to_string(batch) + ".bin",
            record({label}, 10 * batch) + record({'\0'}, 10 * batch + 1));
    }
    write("test_batch.bin", record("\x09", 7));
    write("batches.meta.txt", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n");
  }

  [[nodiscard]] fs::path batches() const {
    return data_.path() / "cifar-10" / "cifar-10-batches-bin";
  }

  void write(const std::string& file, const std::string& content) const {
    write_bytes(batches() / file, content);
  }

  [[nodiscard]] ImageSplits load(std::int64_t subset = 0) const {
    return load_images({.dataset = "cifar-10", .subset = subset}, {data_.path()});
  }

  template <typename Matcher>
  void expect_refused(Matcher matcher, std::int64_t subset = 0) const {
    EXPECT_THAT([&] { (void)load(subset); }, ThrowsMessage<Error>(matcher));
  }

  TemporaryFolder data_;
};

TEST_F(Cifar, ReadsTheFiveFilesInTheirOrder) {
  const ImageSplits splits = load();
  EXPECT_EQ(splits.train.size, 10);
  EXPECT_EQ(splits.train.channels, 3);
  EXPECT_EQ(splits.train.height, 32);
  EXPECT_EQ(splits.train.width, 32);
  EXPECT_EQ(splits.train.classes, 10);
  EXPECT_THAT(splits.train.labels, ElementsAre(1, 0, 2, 0, 3, 0, 4, 0, 5, 0));
  ASSERT_EQ(splits.train.pixels.size(), 10 * kPixelBytes);
  EXPECT_EQ(splits.train.pixels[2 * kPixelBytes - 1], 11);
  EXPECT_EQ(splits.train.pixels[2 * kPixelBytes], 20);
  EXPECT_EQ(splits.train.class_names[9], "j");
  EXPECT_THAT(splits.test.labels, ElementsAre(9));
}

TEST_F(Cifar, ASubsetNeedsNoFilesBeyondIt) {
  fs::remove(batches() / "data_batch_3.bin");
  fs::remove(batches() / "data_batch_5.bin");
  EXPECT_THAT(load(3).train.labels, ElementsAre(1, 0, 2));
  EXPECT_THAT(load(4).train.labels, ElementsAre(1, 0, 2, 0));
  expect_refused(AllOf(HasSubstr("data_batch_3.bin"), HasSubstr("cannot be found")), 5);
}

TEST_F(Cifar, AllOfItNeedsAllFiveFiles) {
  fs::remove(batches() / "data_batch_5.bin");
  expect_refused(AllOf(HasSubstr("data_batch_5.bin"), HasSubstr("cannot be found")));
}

TEST_F(Cifar, SubsetLargerThanTheSet) {
  expect_refused(AllOf(HasSubstr("holds 10 examples"), HasSubstr("subset of 11")), 11);
}

TEST_F(Cifar, FilesMayBeInTheFolderItself) {
  fs::rename(batches(), data_.path() / "moved");
  fs::remove(data_.path() / "cifar-10");
  fs::rename(data_.path() / "moved", data_.path() / "cifar-10");
  EXPECT_EQ(load().train.size, 10);
}

TEST_F(Cifar, TheUnpackedFolderMayBeOnTheDataPath) {
  fs::rename(batches(), data_.path() / "cifar-10-batches-bin");
  fs::remove(data_.path() / "cifar-10");
  EXPECT_EQ(load().train.size, 10);
}

TEST_F(Cifar, ARecordCutShortIsNamed) {
  write("data_batch_2.bin", record("\x01", 1) + std::string(1000, 'x'));
  expect_refused(AllOf(HasSubstr("data_batch_2.bin"), HasSubstr("ends at byte 4073"),
                       HasSubstr("record 1"), HasSubstr("from byte 3073 on")));
}

TEST_F(Cifar, AnEmptyFileIsNamed) {
  write("test_batch.bin", "");
  expect_refused(AllOf(HasSubstr("test_batch.bin"), HasSubstr("ends at byte 0")));
}

TEST_F(Cifar, LabelOutOfRangeNamesItsOffset) {
  write("data_batch_4.bin", record("\x01", 1) + record("\x0a", 1));
  expect_refused(AllOf(HasSubstr("data_batch_4.bin"), HasSubstr("label 10 at byte 3073")));
}

TEST_F(Cifar, WrongNumberOfClassNames) {
  write("batches.meta.txt", "a\nb\n");
  expect_refused(AllOf(HasSubstr("batches.meta.txt"), HasSubstr("2 names")));
}

TEST_F(Cifar, WithoutNamesClassesAreKnownByNumber) {
  fs::remove(batches() / "batches.meta.txt");
  EXPECT_EQ(load().test.class_names[9], "9");
}

TEST_F(Cifar, ALinkOutOfTheFolderIsRefused) {
  write_bytes(data_.path() / "elsewhere.bin", record("\x01", 1));
  fs::remove(batches() / "test_batch.bin");
  fs::create_symlink("../../elsewhere.bin", batches() / "test_batch.bin");
  expect_refused(AllOf(HasSubstr("test_batch.bin"), HasSubstr("leads out")));
}

TEST(Cifar100, UsesTheFineLabel) {
  const TemporaryFolder data;
  fs::create_directories(data.path() / "cifar-100-binary");
  write_bytes(data.path() / "cifar-100-binary" / "train.bin",
              record("\x13\x63", 5) + record("\x02\x01", 6));
  write_bytes(data.path() / "cifar-100-binary" / "test.bin", record({'\0', '\0'}, 7));
  const ImageSplits splits = load_images({.dataset = "cifar-100"}, {data.path()});
  EXPECT_EQ(splits.train.classes, 100);
  EXPECT_THAT(splits.train.labels, ElementsAre(99, 1));
  EXPECT_EQ(splits.train.pixels[kPixelBytes - 1], 5);
  EXPECT_EQ(splits.train.pixels[kPixelBytes], 6);
}

TEST(Cifar10, RealImagesHaveAllClasses) {
  const char* data = std::getenv("NDBENCH_TEST_DATA");
  if (data == nullptr || !fs::exists(fs::path(data) / "cifar-10-batches-bin")) {
    GTEST_SKIP() << "set NDBENCH_TEST_DATA to a folder that holds cifar-10-batches-bin";
  }
  const ImageSplits splits = load_images({.dataset = "cifar-10", .subset = 10'000}, {data});
  EXPECT_EQ(splits.train.size, 10'000);
  EXPECT_EQ(splits.test.size, 10'000);
  EXPECT_EQ(splits.test.class_names[0], "airplane");
  std::vector<int> examples(10);
  for (const std::int32_t label : splits.test.labels) {
    ++examples.at(static_cast<std::size_t>(label));
  }
  EXPECT_THAT(examples, testing::Each(1000));
}

}  // namespace
}  // namespace ndbench
