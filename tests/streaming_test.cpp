// A set that is larger than memory may be used for: loading and training on it stay within bounds.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "ndbench/image_batches.h"
#include "picture_file.h"
#include "temporary_folder.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

/// Of this process, at any time so far.
std::int64_t peak_memory_bytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return std::int64_t{usage.ru_maxrss} * 1024;
}

/// `count` hard links in ten classes to a hundred pictures of 64 x 64 pixels.
void fill(const fs::path& split, int count) {
  constexpr int kClasses = 10;
  constexpr int kPictures = 100;
  for (int label = 0; label < kClasses; ++label) {
    fs::create_directories(split / std::to_string(label));
  }
  for (int i = 0; i < count; ++i) {
    const fs::path file = split / std::to_string(i % kClasses) / (std::to_string(i) + ".jpg");
    if (i < kPictures) {
      write_bytes(file, jpeg_file(64, 64, [i](int channel, int y, int x) {
                    return channel == 0 ? (x * i + y * 3) % 256 : 128;
                  }));
    } else {
      const int original = i % kPictures;
      fs::create_hard_link(
          split / std::to_string(original % kClasses) / (std::to_string(original) + ".jpg"), file);
    }
  }
}

TEST(Streaming, AFolderOf100000ImagesStaysBelow1GB) {
  constexpr int kImages = 100'000;  // 1.2 GB of pixels
  const TemporaryFolder data;
  fill(data.path() / "large" / "train", kImages);
  fill(data.path() / "large" / "test", 10);
  ImageSplits splits = load_images({.dataset = "large"}, {data.path()});
  EXPECT_FALSE(splits.train.in_memory());
  EXPECT_TRUE(splits.test.in_memory());

  ImageBatches batches(std::move(splits.train), {.batch_size = 256, .augment_seed = 1});
  batches.start_epoch(0);
  std::int64_t examples = 0;
  for (auto batch = batches.next(); batch.size() > 0; batch = batches.next()) {
    examples += batch.size();
  }
  EXPECT_EQ(examples, kImages);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  EXPECT_LT(peak_memory_bytes(), 1'000'000'000);
#endif
  RecordProperty("peak_memory_bytes", std::to_string(peak_memory_bytes()));
}

}  // namespace
}  // namespace ndbench
