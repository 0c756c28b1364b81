#include "ndbench/image_batches.h"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <utility>

#include "data/prefetch.h"
#include "data/usable_cpus.h"
#include "ndbench/random.h"
#include "sdk/augmentation.h"

namespace ndbench {
namespace {

/// A view.
template <typename T>
at::Tensor tensor_of(std::vector<T>& values, at::IntArrayRef shape, at::ScalarType type) {
  return torch::from_blob(values.data(), shape, type);
}

at::Tensor targets_of(Images& images) {
  return images.attributes.empty()
             ? tensor_of(images.labels, {images.size}, at::kInt)
             : tensor_of(images.attributes, {images.size, images.classes}, at::kByte);
}

at::Tensor per_channel(const std::vector<double>& values, const std::string& device) {
  return torch::tensor(values, at::kDouble).to(at::kFloat).view({1, -1, 1, 1}).to(device);
}

/// Sums of whole numbers in double are exact, so they do not depend on the order of adding.
at::Tensor standardized_per_image(const at::Tensor& pixels) {
  const auto count = static_cast<double>(pixels[0].numel());
  const at::Tensor mean = pixels.sum({1, 2, 3}, true, at::kDouble) / count;
  const at::Tensor variance =
      pixels.square().sum({1, 2, 3}, true, at::kDouble) / count - mean.square();
  const at::Tensor deviation = variance.clamp_min(1.0 / count).sqrt();
  return (pixels - mean.to(at::kFloat)) / deviation.to(at::kFloat);
}

}  // namespace

ImageBatches::ImageBatches(Images images, ImageBatchesOptions options)
    : images_(std::move(images)),
      options_(std::move(options)),
      targets_(targets_of(images_)),
      shift_(per_channel(options_.normalization.shift, options_.device)),
      scale_(per_channel(options_.normalization.scale, options_.device)) {
  assert(options_.batch_size > 0);
  if (images_.in_memory()) {
    pixels_ = tensor_of(images_.pixels,
                        {images_.size, images_.channels, images_.height, images_.width}, at::kByte);
  }
}
ImageBatches::ImageBatches(ImageBatches&&) noexcept = default;
ImageBatches& ImageBatches::operator=(ImageBatches&&) noexcept = default;
ImageBatches::~ImageBatches() = default;

void ImageBatches::start_epoch(std::int64_t epoch) {
  RandomStream random(options_.order_seed, static_cast<std::uint64_t>(epoch));
  start(random.permutation(images_.size),
        options_.augment_seed ? std::optional(epoch) : std::nullopt);
}

void ImageBatches::start_in_set_order() {
  std::vector<std::int64_t> order(static_cast<std::size_t>(images_.size));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  start(std::move(order), std::nullopt);
}

void ImageBatches::start(std::vector<std::int64_t> order,
                         std::optional<std::int64_t> augmented_epoch) {
  order_ = torch::tensor(order, at::kLong);
  position_ = 0;
  augmented_epoch_ = augmented_epoch;
  prefetch_.reset();
  if (images_.in_memory()) {
    return;
  }
  // Holds no reference to this object, which may be moved.
  const auto read = [source = images_.source, bytes = images_.image_bytes(),
                     height = images_.height, width = images_.width, seed = options_.augment_seed,
                     augmented_epoch](std::int64_t index, std::span<std::uint8_t> result) {
    if (!augmented_epoch) {
      source->read(index, result);
      return;
    }
    std::vector<std::uint8_t> image(static_cast<std::size_t>(bytes));
    source->read(index, image);
    Augmentation{.seed = *seed, .epoch = *augmented_epoch}.apply(index, height, width, image,
                                                                 result);
  };
  constexpr int kBatchesAhead = 2;
  prefetch_ = std::make_unique<Prefetch>(read, images_.image_bytes(), usable_cpus(), kBatchesAhead);
  prefetch_->start(std::move(order), options_.batch_size);
}

ImageBatch ImageBatches::next() {
  const std::int64_t end = order_.defined() ? order_.size(0) : 0;
  const std::int64_t count = std::min(options_.batch_size, end - position_);
  if (count <= 0) {
    prefetch_.reset();  // its memory may serve the other split
    return {};
  }
  const at::Tensor indices = order_.narrow(0, position_, count);
  position_ += count;
  const bool has_classes = images_.attributes.empty();
  return {.inputs = normalized(bytes_of(indices)),
          .targets = targets_.index_select(0, indices)
                         .to(options_.device)
                         .to(has_classes ? at::kLong : at::kFloat)};
}

void ImageBatches::settle() {
  if (prefetch_ != nullptr) {
    prefetch_->settle();
  }
}

at::Tensor ImageBatches::bytes_of(const at::Tensor& indices) {
  const std::vector<std::int64_t> shape{indices.size(0), images_.channels, images_.height,
                                        images_.width};
  if (prefetch_ != nullptr) {
    // The tensor is not written to.
    return torch::from_blob(const_cast<std::uint8_t*>(prefetch_->next().data()), shape, at::kByte);
  }
  if (!augmented_epoch_) {
    return pixels_.index_select(0, indices);
  }
  const Augmentation augmentation{.seed = *options_.augment_seed, .epoch = *augmented_epoch_};
  const auto bytes = static_cast<std::size_t>(images_.image_bytes());
  at::Tensor result = at::empty(shape, at::kByte);
  const std::span<std::uint8_t> target(result.data_ptr<std::uint8_t>(),
                                       static_cast<std::size_t>(result.numel()));
  for (std::size_t n = 0; n < target.size() / bytes; ++n) {
    const std::int64_t index = indices.data_ptr<std::int64_t>()[n];
    augmentation.apply(
        index, images_.height, images_.width,
        std::span(images_.pixels).subspan(static_cast<std::size_t>(index) * bytes, bytes),
        target.subspan(n * bytes, bytes));
  }
  return result;
}

at::Tensor ImageBatches::normalized(const at::Tensor& bytes) const {
  // Bytes travel to the device, not floats: a quarter of the transfer.
  at::Tensor pixels = bytes.to(options_.device).to(at::kFloat);
  if (options_.normalization.per_image) {
    return standardized_per_image(pixels);
  }
  return shift_.numel() == 0 ? pixels.mul_(1.0 / 255.0) : pixels.sub_(shift_).mul_(scale_);
}

}  // namespace ndbench
