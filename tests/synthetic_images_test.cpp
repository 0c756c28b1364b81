#include "data/synthetic_images.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>

namespace ndbench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

std::vector<std::uint8_t> example(const Images& images, std::int64_t index) {
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(images.image_bytes()));
  images.read(index, bytes);
  return bytes;
}

/// Sum of squared differences after the mean of each is taken away.
double distance(const std::vector<std::uint8_t>& a, const std::vector<std::uint8_t>& b) {
  const auto mean = [](const auto& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  };
  const double offset = mean(a) - mean(b);
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = a[i] - b[i] - offset;
    sum += difference * difference;
  }
  return sum;
}

TEST(SyntheticImages, HaveTheSizesOfCifarAndImageNet) {
  const ImageSplits small = make_synthetic_images({.dataset = "synthetic"});
  EXPECT_EQ(small.train.size, 50'000);
  EXPECT_EQ(small.test.size, 10'000);
  EXPECT_EQ(small.train.image_bytes(), 3 * 32 * 32);
  EXPECT_EQ(small.train.classes, 10);
  const ImageSplits large = make_synthetic_images({.dataset = "synthetic-imagenet"});
  EXPECT_EQ(large.train.size, 1'281'167);
  EXPECT_EQ(large.test.size, 50'000);
  EXPECT_EQ(large.train.image_bytes(), 3 * 224 * 224);
  EXPECT_EQ(large.train.classes, 1000);
  EXPECT_EQ(large.train.class_names.size(), 1000U);
}

TEST(SyntheticImages, ClassesTakeTurns) {
  const ImageSplits splits =
      make_synthetic_images({.dataset = "synthetic", .subset = 12, .test_subset = 3});
  EXPECT_THAT(splits.train.labels, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1));
  EXPECT_THAT(splits.test.labels, ElementsAre(0, 1, 2));
}

TEST(SyntheticImages, AnExampleDependsOnItsIndexAlone) {
  const Images few = make_synthetic_images({.dataset = "synthetic", .subset = 20}).train;
  const Images all = make_synthetic_images({.dataset = "synthetic"}).train;
  EXPECT_EQ(example(few, 17), example(all, 17));
}

TEST(SyntheticImages, NeverRepeatThemselves) {
  const ImageSplits splits = make_synthetic_images({.dataset = "synthetic"});
  EXPECT_NE(example(splits.train, 0), example(splits.train, 10));
  EXPECT_NE(example(splits.train, 0), example(splits.test, 0));
}

TEST(SyntheticImages, TheNearestExampleIsMostlyOfTheSameClass) {
  const ImageSplits splits = make_synthetic_images({.dataset = "synthetic", .subset = 10});
  int correct = 0;
  for (std::int64_t i = 0; i < 200; ++i) {
    std::vector<double> distances;
    for (std::int64_t known = 0; known < 10; ++known) {
      distances.push_back(distance(example(splits.test, i), example(splits.train, known)));
    }
    const auto nearest = std::min_element(distances.begin(), distances.end()) - distances.begin();
    correct += nearest == i % 10 ? 1 : 0;
  }
  EXPECT_GT(correct, 190);
}

TEST(SyntheticImages, AreTheSameBytesEverywhere) {
  // FNV-1a of three examples, as first made: integers alone, so any machine must agree.
  std::uint64_t hash = 0xcbf29ce484222325;
  const Images images = make_synthetic_images({.dataset = "synthetic"}).train;
  for (const std::int64_t index : {0, 1, 49'999}) {
    for (const std::uint8_t byte : example(images, index)) {
      hash = (hash ^ byte) * 0x100000001b3;
    }
  }
  EXPECT_EQ(hash, 3936593551514705898U);
}

TEST(SyntheticImages, AreMadeInTheSizeThatIsAskedFor) {
  const Images images =
      make_synthetic_images({.dataset = "synthetic-imagenet", .image_size = 1}).train;
  EXPECT_EQ(images.image_bytes(), 3);
  EXPECT_EQ(example(images, 0).size(), 3U);
}

TEST(SyntheticImages, MoreThanThereAre) {
  EXPECT_THAT([] { (void)make_synthetic_images({.dataset = "synthetic", .subset = 50'001}); },
              ThrowsMessage<Error>(HasSubstr("holds 50000 examples")));
}

}  // namespace
}  // namespace ndbench
