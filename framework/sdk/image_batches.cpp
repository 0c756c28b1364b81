#include "ndbench/image_batches.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include "ndbench/random.h"

namespace ndbench {
namespace {

at::Tensor per_channel(const std::vector<double>& values, const std::string& device) {
  return torch::tensor(values, at::kDouble).to(at::kFloat).view({1, -1, 1, 1}).to(device);
}

}  // namespace

PixelScale unit_scale(const Images& images) {
  const auto channels = static_cast<std::size_t>(images.channels);
  return {.shift = std::vector<double>(channels, 0.0),
          .scale = std::vector<double>(channels, 1.0 / 255.0)};
}

PixelScale standard_scale(const Images& images) {
  const auto area = static_cast<std::size_t>(images.height * images.width);
  const auto count = static_cast<double>(images.size) * static_cast<double>(area);
  PixelScale result;
  for (std::int64_t channel = 0; channel < images.channels; ++channel) {
    // Sums of integers: exact, so the same everywhere.
    std::uint64_t sum = 0;
    std::uint64_t sum_of_squares = 0;
    for (std::int64_t image = 0; image < images.size; ++image) {
      const auto plane = static_cast<std::size_t>(image * images.channels + channel) * area;
      for (std::size_t i = plane; i < plane + area; ++i) {
        const std::uint64_t pixel = images.pixels[i];
        sum += pixel;
        sum_of_squares += pixel * pixel;
      }
    }
    const double mean = static_cast<double>(sum) / count;
    const double variance = static_cast<double>(sum_of_squares) / count - mean * mean;
    if (!(variance > 0.0)) {
      throw Error(
          fmt::format("channel {} of the {} training images is constant and cannot be "
                      "scaled to deviation 1; use a larger subset",
                      channel, images.size));
    }
    result.shift.push_back(mean);
    result.scale.push_back(1.0 / std::sqrt(variance));
  }
  return result;
}

ImageBatches::ImageBatches(Images images, const PixelScale& scale, ImageBatchesOptions options)
    : images_(std::move(images)),
      options_(std::move(options)),
      pixels_(torch::from_blob(images_.pixels.data(),
                               {images_.size, images_.channels, images_.height, images_.width},
                               at::kByte)),
      labels_(torch::from_blob(images_.labels.data(), {images_.size}, at::kByte)),
      shift_(per_channel(scale.shift, options_.device)),
      scale_(per_channel(scale.scale, options_.device)) {
  assert(options_.batch_size > 0);
}

void ImageBatches::start_epoch(std::int64_t epoch) {
  RandomStream random(options_.order_seed, static_cast<std::uint64_t>(epoch));
  order_ = torch::tensor(random.permutation(images_.size), at::kLong);
  epoch_ = epoch;
  position_ = 0;
  augment_ = options_.augment_seed.has_value();
}

void ImageBatches::start_in_set_order() {
  order_ = torch::arange(images_.size, at::kLong);
  position_ = 0;
  augment_ = false;
}

ImageBatch ImageBatches::next() {
  const std::int64_t end = order_.defined() ? order_.size(0) : 0;
  const std::int64_t count = std::min(options_.batch_size, end - position_);
  if (count <= 0) {
    return {};
  }
  const at::Tensor indices = order_.narrow(0, position_, count);
  position_ += count;
  const at::Tensor bytes = augment_ ? augmented(indices) : pixels_.index_select(0, indices);
  // Bytes travel to the device, not floats: a quarter of the transfer.
  return {.inputs = bytes.to(options_.device).to(at::kFloat).sub_(shift_).mul_(scale_),
          .targets = labels_.index_select(0, indices).to(options_.device).to(at::kLong)};
}

at::Tensor ImageBatches::augmented(const at::Tensor& indices) const {
  constexpr std::int64_t kPadding = 4;
  const std::int64_t channels = images_.channels;
  const std::int64_t height = images_.height;
  const std::int64_t width = images_.width;
  at::Tensor result = at::zeros({indices.size(0), channels, height, width}, at::kByte);
  auto* target = result.data_ptr<std::uint8_t>();
  const auto* index = indices.data_ptr<std::int64_t>();

  for (std::int64_t n = 0; n < indices.size(0); ++n) {
    assert(epoch_ < (std::int64_t{1} << 32) && index[n] < (std::int64_t{1} << 32));
    const auto stream = static_cast<std::uint64_t>((epoch_ << 32) | index[n]);
    RandomStream random(*options_.augment_seed, stream);
    const auto down = static_cast<std::int64_t>(random.below(2 * kPadding + 1)) - kPadding;
    const auto right = static_cast<std::int64_t>(random.below(2 * kPadding + 1)) - kPadding;
    const bool flip = random.below(2) == 1;
    // Target column x shows source column x + right; outside the image it stays black.
    const std::int64_t first = std::max<std::int64_t>(0, -right);
    const std::int64_t last = std::min(width, width - right);
    for (std::int64_t row = 0; row < channels * height; ++row, target += width) {
      const std::int64_t y = row % height + down;
      if (y < 0 || y >= height || first >= last) {
        continue;
      }
      const std::uint8_t* source =
          images_.pixels.data() + ((index[n] * channels + row / height) * height + y) * width;
      std::copy(source + first + right, source + last + right, target + first);
      if (flip) {
        std::reverse(target, target + width);
      }
    }
  }
  return result;
}

}  // namespace ndbench
