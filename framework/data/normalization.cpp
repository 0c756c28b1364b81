#include "ndbench/normalization.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "data/prefetch.h"
#include "data/usable_cpus.h"

namespace ndbench {
namespace {

/// Sums of integers: exact, so the same in any order.
struct ChannelSums {
  std::uint64_t sum = 0;
  std::uint64_t sum_of_squares = 0;
};

void add(std::span<const std::uint8_t> image, std::vector<ChannelSums>& channels) {
  const std::size_t area = image.size() / channels.size();
  for (std::size_t channel = 0; channel < channels.size(); ++channel) {
    for (const std::uint64_t pixel : image.subspan(channel * area, area)) {
      channels[channel].sum += pixel;
      channels[channel].sum_of_squares += pixel * pixel;
    }
  }
}

/// Adds the first `count` images.
void add_first(std::int64_t count, const Images& images, std::vector<ChannelSums>& channels) {
  const auto bytes = static_cast<std::size_t>(images.image_bytes());
  if (images.in_memory()) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      add(std::span(images.pixels).subspan(i * bytes, bytes), channels);
    }
    return;
  }
  std::vector<std::int64_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  Prefetch prefetch([&](std::int64_t index, auto image) { images.read(index, image); },
                    images.image_bytes(), usable_cpus(), 2);
  prefetch.start(std::move(order), 16);
  for (auto batch = prefetch.next(); !batch.empty(); batch = prefetch.next()) {
    for (std::size_t at = 0; at < batch.size(); at += bytes) {
      add(batch.subspan(at, bytes), channels);
    }
  }
}

}  // namespace

Normalization unit_normalization() { return {}; }

Normalization image_normalization() { return {.shift = {}, .scale = {}, .per_image = true}; }

Normalization dataset_normalization(const Images& train) {
  constexpr std::int64_t kMaxStreamed = 1024;
  const std::int64_t images = train.in_memory() ? train.size : std::min(train.size, kMaxStreamed);
  std::vector<ChannelSums> channels(static_cast<std::size_t>(train.channels));
  add_first(images, train, channels);
  const double count =
      static_cast<double>(images) * static_cast<double>(train.height * train.width);
  Normalization result;
  for (std::size_t channel = 0; channel < channels.size(); ++channel) {
    const double mean = static_cast<double>(channels[channel].sum) / count;
    const double variance =
        static_cast<double>(channels[channel].sum_of_squares) / count - mean * mean;
    if (!(variance > 0.0)) {
      throw Error(
          fmt::format("channel {} of the {} training images is constant and cannot be "
                      "scaled to deviation 1; use a larger subset",
                      channel, images));
    }
    result.shift.push_back(mean);
    result.scale.push_back(1.0 / std::sqrt(variance));
  }
  return result;
}

Normalization normalization_named(std::string_view name, const Images& train) {
  if (name == "unit") {
    return unit_normalization();
  }
  if (name == "dataset") {
    return dataset_normalization(train);
  }
  if (name == "image") {
    return image_normalization();
  }
  throw Error(fmt::format("normalization '{}' is not known; use unit, dataset or image", name));
}

}  // namespace ndbench
