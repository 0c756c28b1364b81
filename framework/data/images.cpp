#include "ndbench/images.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <numeric>
#include <utility>

#include "data/celeba.h"
#include "data/cifar.h"
#include "data/idx_images.h"
#include "data/image_folder.h"
#include "data/prefetch.h"
#include "data/scaled_source.h"
#include "data/synthetic_images.h"
#include "data/usable_cpus.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

void check(const ImageRequest& request) {
  if (request.subset < 0 || request.test_subset < 0) {
    throw Error(
        fmt::format("data set '{}': subset {} and test_subset {} must not be negative; "
                    "0 means all",
                    request.dataset, request.subset, request.test_subset));
  }
  constexpr std::int64_t kMaxSide = 4096;
  if (request.image_size < 0 || request.image_size > kMaxSide) {
    throw Error(fmt::format("data set '{}': image_size {} must be from 0 (as they are) to {}",
                            request.dataset, request.image_size, kMaxSide));
  }
}

ImageSplits read_set(const ImageRequest& request, const std::vector<fs::path>& data_path) {
  const std::string& name = request.dataset;
  if (is_synthetic(name)) {
    return make_synthetic_images(request);
  }
  if (name == "fashion-mnist" || name == "mnist") {
    return read_idx_images(request, data_path);
  }
  if (name == "cifar-10" || name == "cifar-100") {
    return read_cifar(request, data_path);
  }
  if (name == "celeba") {
    return read_celeba(request, data_path);
  }
  return read_image_folder(request, data_path);
}

/// Leaves images alone that have the size already, or none is asked for.
Images brought_to_size(Images images, std::int64_t side) {
  if (side == 0 || (images.height == side && images.width == side)) {
    return images;
  }
  Images original{.size = images.size,
                  .channels = images.channels,
                  .height = images.height,
                  .width = images.width,
                  .pixels = std::exchange(images.pixels, {}),
                  .source = images.source};
  images.source = std::make_shared<ScaledSource>(std::move(original), side);
  images.height = side;
  images.width = side;
  return images;
}

/// Reads all pixels now, unless they are many.
Images decoded(Images images) {
  constexpr std::int64_t kMaxBytesInMemory = std::int64_t{512} << 20;
  constexpr std::int64_t kBatchSize = 64;
  if (images.in_memory() || images.size > kMaxBytesInMemory / images.image_bytes()) {
    return images;
  }
  const auto source = std::exchange(images.source, nullptr);
  images.pixels.resize(static_cast<std::size_t>(images.size * images.image_bytes()));
  std::vector<std::int64_t> order(static_cast<std::size_t>(images.size));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  Prefetch prefetch([&](std::int64_t index, auto bytes) { source->read(index, bytes); },
                    images.image_bytes(), usable_cpus(), 2);
  prefetch.start(std::move(order), kBatchSize);
  auto target = images.pixels.begin();
  for (auto batch = prefetch.next(); !batch.empty(); batch = prefetch.next()) {
    target = std::copy(batch.begin(), batch.end(), target);
  }
  return images;
}

}  // namespace

void Images::read(std::int64_t index, std::span<std::uint8_t> bytes) const {
  assert(index >= 0 && index < size && std::ssize(bytes) == image_bytes());
  if (source != nullptr) {
    source->read(index, bytes);
    return;
  }
  std::copy_n(pixels.begin() + index * image_bytes(), image_bytes(), bytes.begin());
}

ImageSplits load_images(const ImageRequest& request, const std::vector<fs::path>& data_path) {
  check(request);
  ImageSplits splits = read_set(request, data_path);
  return {.train = decoded(brought_to_size(std::move(splits.train), request.image_size)),
          .test = decoded(brought_to_size(std::move(splits.test), request.image_size))};
}

}  // namespace ndbench
