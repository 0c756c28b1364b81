#include "ndbench/image_batches.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "ndbench/error.h"

namespace ndbench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

/// `count` grey images of side x side pixels; every pixel of image i, and its label, is i.
Images numbered(std::int64_t count, std::int64_t side = 2) {
  Images images{.size = count,
                .channels = 1,
                .height = side,
                .width = side,
                .classes = count,
                .pixels = {},
                .labels = {}};
  for (std::int64_t i = 0; i < count; ++i) {
    images.pixels.insert(images.pixels.end(), static_cast<std::size_t>(side * side),
                         static_cast<std::uint8_t>(i));
    images.labels.push_back(static_cast<std::uint8_t>(i));
  }
  return images;
}

/// One image whose pixels are 1, 2, 3, … in row-major order.
Images counted(std::int64_t channels, std::int64_t side) {
  Images images{.size = 1,
                .channels = channels,
                .height = side,
                .width = side,
                .classes = 1,
                .pixels = {},
                .labels = {0}};
  for (std::int64_t pixel = 1; pixel <= images.image_bytes(); ++pixel) {
    images.pixels.push_back(static_cast<std::uint8_t>(pixel));
  }
  return images;
}

/// Leaves pixels as they are.
PixelScale identity(std::size_t channels = 1) {
  return {.shift = std::vector(channels, 0.0), .scale = std::vector(channels, 1.0)};
}

std::vector<std::int64_t> rest_of_labels(ImageBatches& batches) {
  std::vector<std::int64_t> labels;
  for (auto batch = batches.next(); batch.size() > 0; batch = batches.next()) {
    const auto* first = batch.targets.data_ptr<std::int64_t>();
    labels.insert(labels.end(), first, first + batch.size());
  }
  return labels;
}

std::vector<std::int64_t> order_of(std::uint64_t seed, std::int64_t epoch) {
  ImageBatches batches(numbered(100), identity(), {.batch_size = 7, .order_seed = seed});
  batches.start_epoch(epoch);
  return rest_of_labels(batches);
}

/// Each example of one augmented epoch, by label.
std::map<std::int64_t, std::vector<float>> augmented_examples(std::uint64_t order_seed,
                                                              std::uint64_t augment_seed,
                                                              std::int64_t epoch) {
  ImageBatches batches(numbered(50, 8), identity(),
                       {.batch_size = 7, .order_seed = order_seed, .augment_seed = augment_seed});
  batches.start_epoch(epoch);
  std::map<std::int64_t, std::vector<float>> examples;
  for (auto batch = batches.next(); batch.size() > 0; batch = batches.next()) {
    for (std::int64_t n = 0; n < batch.size(); ++n) {
      const at::Tensor image = batch.inputs[n].contiguous();
      const float* first = image.data_ptr<float>();
      examples[batch.targets[n].item<std::int64_t>()] = {first, first + image.numel()};
    }
  }
  return examples;
}

TEST(ImageBatches, NothingComesBeforeAPassIsStarted) {
  ImageBatches batches(numbered(3), identity(), {.batch_size = 2});
  EXPECT_EQ(batches.next().size(), 0);
}

TEST(ImageBatches, TheLastBatchOfAPassMayBeSmaller) {
  ImageBatches batches(numbered(5), identity(), {.batch_size = 2});
  batches.start_epoch(0);
  std::vector<std::int64_t> sizes;
  for (int i = 0; i < 5; ++i) {
    sizes.push_back(batches.next().size());
  }
  EXPECT_THAT(sizes, ElementsAre(2, 2, 1, 0, 0));
}

TEST(ImageBatches, ABatchMayBeLargerThanTheSet) {
  ImageBatches batches(numbered(3), identity(), {.batch_size = 10});
  batches.start_epoch(0);
  EXPECT_EQ(batches.next().size(), 3);
  EXPECT_EQ(batches.next().size(), 0);
}

TEST(ImageBatches, HaveTheShapeAndTypesThatNetworksTake) {
  ImageBatches batches(counted(3, 4), identity(3), {.batch_size = 2});
  batches.start_epoch(0);
  const ImageBatch batch = batches.next();
  EXPECT_THAT(batch.inputs.sizes(), ElementsAre(1, 3, 4, 4));
  EXPECT_EQ(batch.inputs.scalar_type(), at::kFloat);
  EXPECT_THAT(batch.targets.sizes(), ElementsAre(1));
  EXPECT_EQ(batch.targets.scalar_type(), at::kLong);
}

TEST(ImageBatches, EveryExampleComesOnceInAnEpoch) {
  std::vector<std::int64_t> labels = order_of(1, 0);
  ASSERT_EQ(labels.size(), 100U);
  EXPECT_FALSE(std::is_sorted(labels.begin(), labels.end()));
  std::sort(labels.begin(), labels.end());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    EXPECT_EQ(labels[i], static_cast<std::int64_t>(i));
  }
}

TEST(ImageBatches, OrderIsAFunctionOfSeedAndEpoch) {
  EXPECT_EQ(order_of(1, 0), order_of(1, 0));
  EXPECT_NE(order_of(1, 0), order_of(1, 1));
  EXPECT_NE(order_of(1, 0), order_of(2, 0));
}

TEST(ImageBatches, OrderDoesNotDependOnTheEpochsBefore) {
  ImageBatches batches(numbered(100), identity(), {.batch_size = 7, .order_seed = 1});
  batches.start_epoch(0);
  EXPECT_EQ(batches.next().size(), 7);
  batches.start_in_set_order();
  EXPECT_EQ(batches.next().size(), 7);
  batches.start_epoch(3);
  EXPECT_EQ(rest_of_labels(batches), order_of(1, 3));
}

TEST(ImageBatches, ImagesStayWithTheirLabels) {
  ImageBatches batches(numbered(20), identity(), {.batch_size = 20, .order_seed = 1});
  batches.start_epoch(0);
  const ImageBatch batch = batches.next();
  const at::Tensor labels = batch.targets.to(at::kFloat).view({20, 1, 1, 1}).expand({20, 1, 2, 2});
  EXPECT_TRUE(batch.inputs.equal(labels));
}

TEST(ImageBatches, SetOrderIsTheOrderOfTheSetWithoutAugmentation) {
  ImageBatches batches(numbered(5), identity(),
                       {.batch_size = 5, .order_seed = 1, .augment_seed = 2});
  batches.start_epoch(0);
  batches.start_in_set_order();
  const ImageBatch batch = batches.next();
  EXPECT_TRUE(batch.targets.equal(torch::arange(5)));
  EXPECT_TRUE(
      batch.inputs.select(1, 0).select(1, 0).select(1, 0).equal(torch::arange(5, torch::kFloat)));
  EXPECT_EQ(batches.next().size(), 0);
}

TEST(ImageBatches, OutliveTheMoveOfTheirImages) {
  ImageBatches first(numbered(3), identity(), {.batch_size = 3});
  ImageBatches batches = std::move(first);
  batches.start_in_set_order();
  EXPECT_THAT(rest_of_labels(batches), ElementsAre(0, 1, 2));
}

TEST(UnitScale, MapsBytesToZeroToOne) {
  Images images = numbered(1);
  images.pixels = {0, 51, 204, 255};
  const PixelScale scale = unit_scale(images);
  ImageBatches batches(images, scale, {.batch_size = 1});
  batches.start_in_set_order();
  const at::Tensor inputs = batches.next().inputs.flatten();
  EXPECT_EQ(inputs[0].item<float>(), 0.0F);
  EXPECT_FLOAT_EQ(inputs[1].item<float>(), 0.2F);
  EXPECT_FLOAT_EQ(inputs[2].item<float>(), 0.8F);
  EXPECT_EQ(inputs[3].item<float>(), 1.0F);
}

TEST(StandardScale, IsMeanAndDeviationPerChannel) {
  // Two images of 1 x 1 pixel, two channels: 1, 10 and 3, 30.
  const Images images{.size = 2,
                      .channels = 2,
                      .height = 1,
                      .width = 1,
                      .classes = 1,
                      .pixels = {1, 10, 3, 30},
                      .labels = {0, 0}};
  const PixelScale scale = standard_scale(images);
  EXPECT_THAT(scale.shift, ElementsAre(2.0, 20.0));
  EXPECT_THAT(scale.scale, ElementsAre(1.0, 0.1));
  ImageBatches batches(images, scale, {.batch_size = 2});
  batches.start_in_set_order();
  EXPECT_TRUE(batches.next().inputs.flatten().equal(torch::tensor({-1.0F, -1.0F, 1.0F, 1.0F})));
}

TEST(StandardScale, RefusesAConstantChannel) {
  EXPECT_THAT([] { (void)standard_scale(numbered(1)); },
              ThrowsMessage<Error>(HasSubstr("channel 0 of the 1 training images is constant")));
}

TEST(StandardScale, OfFashionMnistIsTheOneInUse) {
  if (!std::filesystem::exists("/usr/share/datasets/fashion-mnist")) {
    GTEST_SKIP() << "install dataset-fashion-mnist";
  }
  const Images train = load_images("fashion-mnist", {"/usr/share/datasets"}, 0, 1).train;
  const PixelScale scale = standard_scale(train);
  EXPECT_NEAR(scale.shift[0] / 255.0, 0.2860, 5e-5);
  EXPECT_NEAR(1.0 / (255.0 * scale.scale[0]), 0.3530, 5e-5);
}

TEST(Augmentation, DoesNotDependOnTheOrder) {
  const auto examples = augmented_examples(1, 9, 0);
  EXPECT_EQ(examples.size(), 50U);
  EXPECT_EQ(examples, augmented_examples(2, 9, 0));
}

TEST(Augmentation, DependsOnSeedAndEpoch) {
  EXPECT_NE(augmented_examples(1, 9, 0), augmented_examples(1, 8, 0));
  EXPECT_NE(augmented_examples(1, 9, 0), augmented_examples(1, 9, 1));
}

TEST(Augmentation, DiffersFromExampleToExample) {
  // Images that differ in brightness only: equal augmentation gives equal sets of black pixels.
  std::set<std::vector<bool>> shapes;
  for (const auto& [label, pixels] : augmented_examples(1, 9, 0)) {
    std::vector<bool> black;
    for (const float pixel : pixels) {
      black.push_back(pixel == 0.0F);
    }
    shapes.insert(black);
  }
  EXPECT_GT(shapes.size(), 25U);
}

TEST(Augmentation, ReachesEveryShiftByUpToFourAndBothSidesAndNothingElse) {
  constexpr std::int64_t kSide = 10;
  const Images image = counted(2, kSide);
  // What each of the 9 x 9 x 2 augmentations makes of the image.
  const at::Tensor padded = torch::constant_pad_nd(
      torch::arange(1, 2 * kSide * kSide + 1, at::kFloat).view({1, 2, kSide, kSide}), {4, 4, 4, 4});
  std::map<std::vector<float>, std::tuple<std::int64_t, std::int64_t, bool>> possible;
  for (std::int64_t y = 0; y <= 8; ++y) {
    for (std::int64_t x = 0; x <= 8; ++x) {
      for (const bool flip : {false, true}) {
        at::Tensor crop = padded.slice(2, y, y + kSide).slice(3, x, x + kSide);
        crop = (flip ? crop.flip({3}) : crop).contiguous();
        const float* first = crop.data_ptr<float>();
        possible[{first, first + crop.numel()}] = {y, x, flip};
      }
    }
  }
  ASSERT_EQ(possible.size(), 162U);

  ImageBatches batches(image, identity(2), {.batch_size = 1, .augment_seed = 1});
  std::set<std::tuple<std::int64_t, std::int64_t, bool>> reached;
  for (std::int64_t epoch = 0; epoch < 2500; ++epoch) {
    batches.start_epoch(epoch);
    const at::Tensor inputs = batches.next().inputs.contiguous();
    const float* first = inputs.data_ptr<float>();
    const auto found = possible.find({first, first + inputs.numel()});
    ASSERT_NE(found, possible.end());
    reached.insert(found->second);
  }
  EXPECT_EQ(reached.size(), 162U);
}

TEST(Augmentation, OfAnImageSmallerThanThePadding) {
  ImageBatches batches(counted(1, 1), identity(), {.batch_size = 1, .augment_seed = 1});
  int kept = 0;
  for (std::int64_t epoch = 0; epoch < 810; ++epoch) {
    batches.start_epoch(epoch);
    const float pixel = batches.next().inputs.item<float>();
    ASSERT_TRUE(pixel == 0.0F || pixel == 1.0F);
    kept += pixel == 1.0F ? 1 : 0;
  }
  // One shift of 81 keeps it: 10 expected, deviation 3.1.
  EXPECT_GT(kept, 0);
  EXPECT_LT(kept, 26);
}

}  // namespace
}  // namespace ndbench
