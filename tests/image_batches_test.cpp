#include "ndbench/image_batches.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
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
    images.labels.push_back(static_cast<std::int32_t>(i));
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
Normalization identity(std::size_t channels = 1) {
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
  ImageBatches batches(numbered(100),
                       {.batch_size = 7, .order_seed = seed, .normalization = identity()});
  batches.start_epoch(epoch);
  return rest_of_labels(batches);
}

/// Each example of one augmented epoch, by label.
std::map<std::int64_t, std::vector<float>> augmented_examples(std::uint64_t order_seed,
                                                              std::uint64_t augment_seed,
                                                              std::int64_t epoch) {
  ImageBatches batches(numbered(50, 8), {.batch_size = 7,
                                         .order_seed = order_seed,
                                         .augment_seed = augment_seed,
                                         .normalization = identity()});
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
  ImageBatches batches(numbered(3), {.batch_size = 2, .normalization = identity()});
  EXPECT_EQ(batches.next().size(), 0);
}

TEST(ImageBatches, TheLastBatchOfAPassMayBeSmaller) {
  ImageBatches batches(numbered(5), {.batch_size = 2, .normalization = identity()});
  EXPECT_EQ(batches.batches(), 3);
  batches.start_epoch(0);
  std::vector<std::int64_t> sizes;
  for (int i = 0; i < 5; ++i) {
    sizes.push_back(batches.next().size());
  }
  EXPECT_THAT(sizes, ElementsAre(2, 2, 1, 0, 0));
}

TEST(ImageBatches, ABatchMayBeLargerThanTheSet) {
  ImageBatches batches(numbered(3), {.batch_size = 10, .normalization = identity()});
  batches.start_epoch(0);
  EXPECT_EQ(batches.next().size(), 3);
  EXPECT_EQ(batches.next().size(), 0);
}

TEST(ImageBatches, HaveTheShapeAndTypesThatNetworksTake) {
  ImageBatches batches(counted(3, 4), {.batch_size = 2, .normalization = identity(3)});
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
  ImageBatches batches(numbered(100),
                       {.batch_size = 7, .order_seed = 1, .normalization = identity()});
  batches.start_epoch(0);
  EXPECT_EQ(batches.next().size(), 7);
  batches.start_in_set_order();
  EXPECT_EQ(batches.next().size(), 7);
  batches.start_epoch(3);
  EXPECT_EQ(rest_of_labels(batches), order_of(1, 3));
}

TEST(ImageBatches, ImagesStayWithTheirLabels) {
  ImageBatches batches(numbered(20),
                       {.batch_size = 20, .order_seed = 1, .normalization = identity()});
  batches.start_epoch(0);
  const ImageBatch batch = batches.next();
  const at::Tensor labels = batch.targets.to(at::kFloat).view({20, 1, 1, 1}).expand({20, 1, 2, 2});
  EXPECT_TRUE(batch.inputs.equal(labels));
}

TEST(ImageBatches, SetOrderIsTheOrderOfTheSetWithoutAugmentation) {
  ImageBatches batches(
      numbered(5),
      {.batch_size = 5, .order_seed = 1, .augment_seed = 2, .normalization = identity()});
  batches.start_epoch(0);
  batches.start_in_set_order();
  const ImageBatch batch = batches.next();
  EXPECT_TRUE(batch.targets.equal(torch::arange(5)));
  EXPECT_TRUE(
      batch.inputs.select(1, 0).select(1, 0).select(1, 0).equal(torch::arange(5, torch::kFloat)));
  EXPECT_EQ(batches.next().size(), 0);
}

TEST(ImageBatches, OutliveTheMoveOfTheirImages) {
  ImageBatches first(numbered(3), {.batch_size = 3, .normalization = identity()});
  ImageBatches batches = std::move(first);
  batches.start_in_set_order();
  EXPECT_THAT(rest_of_labels(batches), ElementsAre(0, 1, 2));
}

/// Gives the images that it has, one at a time.
class Stored final : public ExampleSource {
 public:
  explicit Stored(Images images) : images_(std::move(images)) {}

  void read(std::int64_t index, std::span<std::uint8_t> bytes) const override {
    if (index == 13) {
      throw Error("example 13 is damaged");
    }
    images_.read(index, bytes);
  }

 private:
  Images images_;
};

/// The same images, but not in memory.
Images streamed(Images images) {
  Images result = images;
  result.pixels.clear();
  result.source = std::make_shared<Stored>(std::move(images));
  return result;
}

TEST(StreamedImageBatches, AreThoseOfImagesInMemory) {
  Images images = numbered(13, 8);
  for (std::size_t i = 0; i < images.pixels.size(); ++i) {
    images.pixels[i] = static_cast<std::uint8_t>(i * 31 % 256);
  }
  const ImageBatchesOptions options{.batch_size = 4, .order_seed = 3, .augment_seed = 5};
  ImageBatches stored(images, options);
  ImageBatches read_ahead(streamed(images), options);
  const auto expect_equal_passes = [&] {
    for (int i = 0; i < 5; ++i) {
      const ImageBatch expected = stored.next();
      const ImageBatch batch = read_ahead.next();
      ASSERT_EQ(batch.size(), expected.size());
      if (batch.size() > 0) {
        EXPECT_TRUE(batch.inputs.equal(expected.inputs));
        EXPECT_TRUE(batch.targets.equal(expected.targets));
      }
    }
  };
  for (const std::int64_t epoch : {0, 1, 7}) {
    stored.start_epoch(epoch);
    read_ahead.start_epoch(epoch);
    expect_equal_passes();
  }
  stored.start_in_set_order();
  read_ahead.start_in_set_order();
  expect_equal_passes();
}

TEST(StreamedImageBatches, MayBeginAPassInTheMiddleOfAnother) {
  ImageBatches batches(streamed(numbered(13)), {.batch_size = 2});
  batches.start_epoch(0);
  EXPECT_EQ(batches.next().size(), 2);
  batches.start_in_set_order();
  EXPECT_THAT(rest_of_labels(batches), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
}

TEST(StreamedImageBatches, OutliveTheirMoveInTheMiddleOfAPass) {
  ImageBatches first(streamed(numbered(5)), {.batch_size = 1, .augment_seed = 1});
  first.start_epoch(0);
  EXPECT_EQ(first.next().size(), 1);
  ImageBatches batches = std::move(first);
  EXPECT_EQ(rest_of_labels(batches).size(), 4U);
}

TEST(StreamedImageBatches, ThrowWhatReadingThrew) {
  ImageBatches batches(streamed(numbered(20)), {.batch_size = 5});
  batches.start_in_set_order();
  EXPECT_EQ(batches.next().size(), 5);
  EXPECT_EQ(batches.next().size(), 5);
  EXPECT_THAT([&] { (void)batches.next(); }, ThrowsMessage<Error>("example 13 is damaged"));
}

TEST(ImageBatches, TargetsOfAttributesAreFloats) {
  Images images = numbered(2);
  images.labels.clear();
  images.classes = 3;
  images.attributes = {0, 1, 1, 1, 0, 0};
  ImageBatches batches(images, {.batch_size = 2});
  batches.start_in_set_order();
  const at::Tensor targets = batches.next().targets;
  EXPECT_EQ(targets.scalar_type(), at::kFloat);
  EXPECT_TRUE(targets.equal(torch::tensor({{0.0F, 1.0F, 1.0F}, {1.0F, 0.0F, 0.0F}})));
}

at::Tensor all_inputs(const Images& images, const Normalization& normalization) {
  ImageBatches batches(images, {.batch_size = images.size, .normalization = normalization});
  batches.start_in_set_order();
  return batches.next().inputs;
}

TEST(UnitNormalization, MapsBytesToZeroToOne) {
  Images images = numbered(1);
  images.pixels = {0, 51, 204, 255};
  const at::Tensor inputs = all_inputs(images, unit_normalization()).flatten();
  EXPECT_EQ(inputs[0].item<float>(), 0.0F);
  EXPECT_FLOAT_EQ(inputs[1].item<float>(), 0.2F);
  EXPECT_FLOAT_EQ(inputs[2].item<float>(), 0.8F);
  EXPECT_EQ(inputs[3].item<float>(), 1.0F);
}

TEST(DatasetNormalization, IsByMeanAndDeviationPerChannel) {
  // Two images of 1 x 1 pixel, two channels: 1, 10 and 3, 30.
  const Images images{.size = 2,
                      .channels = 2,
                      .height = 1,
                      .width = 1,
                      .classes = 1,
                      .pixels = {1, 10, 3, 30},
                      .labels = {0, 0}};
  const Normalization normalization = dataset_normalization(images);
  EXPECT_THAT(normalization.shift, ElementsAre(2.0, 20.0));
  EXPECT_THAT(normalization.scale, ElementsAre(1.0, 0.1));
  EXPECT_TRUE(
      all_inputs(images, normalization).flatten().equal(torch::tensor({-1.0F, -1.0F, 1.0F, 1.0F})));
  EXPECT_THAT(dataset_normalization(streamed(images)).shift, ElementsAre(2.0, 20.0));
}

TEST(DatasetNormalization, LooksAtTheFirst1024ImagesThatAreNotInMemory) {
  // 0 and 2 in turn, then only 200.
  Images images = numbered(1500, 1);
  for (std::size_t i = 0; i < images.pixels.size(); ++i) {
    images.pixels[i] = i < 1024 ? (i % 2 == 0 ? 0 : 2) : 200;
  }
  EXPECT_GT(dataset_normalization(images).shift[0], 50.0);
  class Rule final : public ExampleSource {
   public:
    void read(std::int64_t index, std::span<std::uint8_t> bytes) const override {
      bytes[0] = static_cast<std::uint8_t>(index < 1024 ? index % 2 * 2 : 200);
    }
  };
  images.pixels.clear();
  images.source = std::make_shared<Rule>();
  EXPECT_THAT(dataset_normalization(images).shift, ElementsAre(1.0));
}

TEST(DatasetNormalization, RefusesAConstantChannel) {
  EXPECT_THAT([] { (void)dataset_normalization(numbered(1)); },
              ThrowsMessage<Error>(HasSubstr("channel 0 of the 1 training images is constant")));
}

TEST(DatasetNormalization, OfFashionMnistIsTheOneInUse) {
  if (!std::filesystem::exists("/usr/share/datasets/fashion-mnist")) {
    GTEST_SKIP() << "install dataset-fashion-mnist";
  }
  const Images train =
      load_images({.dataset = "fashion-mnist", .test_subset = 1}, {"/usr/share/datasets"}).train;
  const Normalization normalization = dataset_normalization(train);
  EXPECT_NEAR(normalization.shift[0] / 255.0, 0.2860, 5e-5);
  EXPECT_NEAR(1.0 / (255.0 * normalization.scale[0]), 0.3530, 5e-5);
}

TEST(ImageNormalization, GivesEachImageMeanZeroAndDeviationOne) {
  Images images = numbered(2);
  // Mean 2, deviation sqrt(2); mean 100, deviation 100.
  images.pixels = {0, 2, 2, 4, 0, 0, 200, 200};
  const at::Tensor inputs = all_inputs(images, image_normalization()).view({2, 4});
  const float root = std::sqrt(2.0F);
  EXPECT_TRUE(inputs.allclose(
      torch::tensor({{-root, 0.0F, 0.0F, root}, {-1.0F, -1.0F, 1.0F, 1.0F}}), 0.0, 1e-6));
}

TEST(ImageNormalization, DividesAPlainImageByTheRootOfItsPixels) {
  // tf.image.per_image_standardization: a deviation below 1 / sqrt(n) counts as that.
  Images images = numbered(1);
  images.pixels = {7, 7, 7, 7};
  EXPECT_TRUE(all_inputs(images, image_normalization()).equal(torch::zeros({1, 1, 2, 2})));
  // 255 of 256 pixels are 0, one is 1: mean 1/256, deviation 0.0624 < 1/16 = 0.0625.
  images = numbered(1, 16);
  images.pixels[0] = 1;
  EXPECT_FLOAT_EQ(all_inputs(images, image_normalization()).flatten()[0].item<float>(),
                  (1.0F - 1.0F / 256.0F) * 16.0F);
}

TEST(NormalizationNamed, KnowsThree) {
  Images images = numbered(2);
  EXPECT_TRUE(normalization_named("unit", images).shift.empty());
  EXPECT_THAT(normalization_named("dataset", images).shift, ElementsAre(0.5));
  EXPECT_TRUE(normalization_named("image", images).per_image);
  EXPECT_THAT([&] { (void)normalization_named("whitened", images); },
              ThrowsMessage<Error>(HasSubstr("'whitened'")));
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

  ImageBatches batches(image, {.batch_size = 1, .augment_seed = 1, .normalization = identity(2)});
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
  ImageBatches batches(counted(1, 1),
                       {.batch_size = 1, .augment_seed = 1, .normalization = identity()});
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
