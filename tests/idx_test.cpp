#include "data/idx.h"

#include <gmock/gmock.h>
#include <zlib.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "ndbench/error.h"

namespace ndbench {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

namespace fs = std::filesystem;

using Bytes = std::string;

Bytes bytes(std::initializer_list<int> values) { return Bytes(values.begin(), values.end()); }

/// Three labels: 7, 8, 9.
const Bytes& three_labels() {
  static const Bytes file = bytes({0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9});
  return file;
}

/// Two images of 1 row and 2 columns.
const Bytes& two_images() {
  static const Bytes file = bytes({0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 10, 11, 20, 21});
  return file;
}

class Idx : public testing::Test {
 protected:
  Idx()
      : folder_(fs::path(testing::TempDir()) /
                testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~Idx() override { fs::remove_all(folder_); }

  [[nodiscard]] fs::path write(const Bytes& content) const {
    const fs::path path = folder_ / "plain";
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }

  [[nodiscard]] fs::path write_gzip(const Bytes& content) const {
    const fs::path path = folder_ / "compressed.gz";
    const gzFile file = gzopen(path.c_str(), "wb");
    gzwrite(file, content.data(), static_cast<unsigned>(content.size()));
    gzclose(file);
    return path;
  }

  fs::path folder_;
};

template <typename Matcher>
auto fails_with(Matcher matcher) {
  return ThrowsMessage<Error>(matcher);
}

TEST_F(Idx, ReadsLabels) {
  const IdxArray array = read_idx(write(three_labels()), 1, 0);
  EXPECT_THAT(array.shape, ElementsAre(3));
  EXPECT_THAT(array.values, ElementsAre(7, 8, 9));
}

TEST_F(Idx, ReadsImagesFromGzip) {
  const IdxArray array = read_idx(write_gzip(two_images()), 3, 0);
  EXPECT_THAT(array.shape, ElementsAre(2, 1, 2));
  EXPECT_THAT(array.values, ElementsAre(10, 11, 20, 21));
}

TEST_F(Idx, ReadsMoreThanOneChunk) {
  // 3 items of 1000 x 1000: nearly three chunks.
  Bytes file = bytes({0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 3, 0xe8, 0, 0, 3, 0xe8});
  file += Bytes(1'000'000, 'a') + Bytes(1'000'000, 'b') + Bytes(1'000'000, 'c');
  const IdxArray array = read_idx(write_gzip(file), 3, 0);
  ASSERT_EQ(array.values.size(), 3'000'000U);
  EXPECT_EQ(array.values[999'999], 'a');
  EXPECT_EQ(array.values[1'000'000], 'b');
  EXPECT_EQ(array.values[2'999'999], 'c');
}

TEST_F(Idx, SubsetKeepsTheFirstItemsAndTheShapeOfTheHeader) {
  const IdxArray array = read_idx(write(two_images()), 3, 1);
  EXPECT_THAT(array.shape, ElementsAre(2, 1, 2));
  EXPECT_THAT(array.values, ElementsAre(10, 11));
}

TEST_F(Idx, SubsetLargerThanTheFileReadsAllOfIt) {
  EXPECT_THAT(read_idx(write(three_labels()), 1, 4).values, ElementsAre(7, 8, 9));
}

TEST_F(Idx, SubsetStopsBeforeDamageFurtherOn) {
  EXPECT_THAT(read_idx(write(two_images().substr(0, 18)), 3, 1).values, ElementsAre(10, 11));
}

TEST_F(Idx, EmptyFile) {
  const fs::path path = write("");
  EXPECT_THAT([&] { (void)read_idx(path, 1, 0); },
              fails_with(AllOf(HasSubstr(path.string()), HasSubstr("is empty"))));
}

TEST_F(Idx, HeaderCutShort) {
  const fs::path path = write(bytes({0, 0, 8, 1, 0, 0}));
  EXPECT_THAT([&] { (void)read_idx(path, 1, 0); },
              fails_with(HasSubstr("ends at byte 6 of its uncompressed data, where 2 more")));
}

TEST_F(Idx, FewerItemsThanTheHeaderSays) {
  const fs::path path = write(two_images().substr(0, 18));
  EXPECT_THAT(
      [&] { (void)read_idx(path, 3, 0); },
      fails_with(AllOf(HasSubstr(path.string()),
                       HasSubstr("ends at byte 18 of its uncompressed data, where 2 more"))));
}

TEST_F(Idx, MoreItemsThanTheHeaderSays) {
  const fs::path path = write(three_labels() + "x");
  EXPECT_THAT([&] { (void)read_idx(path, 1, 0); }, fails_with(HasSubstr("goes on after byte 11")));
}

TEST_F(Idx, WrongMagicNamesWhatIsThereAndWhatIsExpected) {
  const fs::path path = write("<html>not found</html>");
  EXPECT_THAT([&] { (void)read_idx(path, 1, 0); },
              fails_with(AllOf(HasSubstr("3c 68 74 6d"), HasSubstr("00 00 08 01"))));
}

TEST_F(Idx, ImagesAreNotLabels) {
  const fs::path path = write(two_images());
  EXPECT_THAT([&] { (void)read_idx(path, 1, 0); }, fails_with(HasSubstr("00 00 08 03")));
}

TEST_F(Idx, NoItems) {
  const fs::path path = write(bytes({0, 0, 8, 1, 0, 0, 0, 0}));
  EXPECT_THAT([&] { (void)read_idx(path, 1, 0); },
              fails_with(HasSubstr("has size 0 for dimension 0 at byte 4")));
}

TEST_F(Idx, RefusesASizeThatNoSetHasBeforeAllocatingIt) {
  const fs::path path = write(bytes({0, 0, 8, 1, 0xff, 0xff, 0xff, 0xff}));
  EXPECT_THAT([&] { (void)read_idx(path, 1, 0); },
              fails_with(HasSubstr("has size 4294967295 for dimension 0 at byte 4")));
}

TEST_F(Idx, RefusesSizesWhoseProductIsTooLarge) {
  // 65536 x 65536 x 65536 = 2^48.
  const fs::path path = write(bytes({0, 0, 8, 3, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0}));
  EXPECT_THAT([&] { (void)read_idx(path, 3, 0); },
              fails_with(HasSubstr("has size 65536 for dimension 1 at byte 8")));
}

TEST_F(Idx, TruncatedGzip) {
  const fs::path path = write_gzip(two_images());
  fs::resize_file(path, fs::file_size(path) - 12);
  EXPECT_THAT([&] { (void)read_idx(path, 3, 0); },
              fails_with(AllOf(HasSubstr(path.string()), HasSubstr("damaged gzip at byte"))));
}

TEST_F(Idx, GzipWithoutItsChecksum) {
  const fs::path path = write_gzip(two_images());
  fs::resize_file(path, fs::file_size(path) - 8);
  EXPECT_THAT([&] { (void)read_idx(path, 3, 0); }, fails_with(HasSubstr("damaged gzip")));
}

TEST_F(Idx, GzipWithAWrongChecksum) {
  const fs::path path = write_gzip(two_images());
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(-8, std::ios::end);
  file.put('x').put('y');
  file.close();
  EXPECT_THAT([&] { (void)read_idx(path, 3, 0); }, fails_with(HasSubstr("damaged gzip")));
}

TEST_F(Idx, FolderInsteadOfAFile) {
  EXPECT_THAT([&] { (void)read_idx(folder_, 1, 0); },
              fails_with(AllOf(HasSubstr(folder_.string()), HasSubstr("is a folder"))));
}

TEST_F(Idx, MissingFile) {
  EXPECT_THAT([&] { (void)read_idx(folder_ / "absent", 1, 0); },
              fails_with(AllOf(HasSubstr("absent"), HasSubstr("cannot be found"))));
}

TEST_F(Idx, DeviceInsteadOfAFile) {
  EXPECT_THAT([&] { (void)read_idx("/dev/null", 1, 0); },
              fails_with(HasSubstr("is not a regular file")));
}

TEST_F(Idx, FileThatCannotBeRead) {
  // Regular and open, but nothing is mapped at address 0: reading fails, for root too.
  EXPECT_THAT([&] { (void)read_idx("/proc/self/mem", 1, 0); },
              fails_with(HasSubstr("cannot be read at byte 0")));
}

}  // namespace
}  // namespace ndbench
