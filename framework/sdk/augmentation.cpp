#include "sdk/augmentation.h"

#include <algorithm>
#include <cassert>

#include "ndbench/random.h"

namespace ndbench {

void Augmentation::apply(std::int64_t index, std::int64_t height, std::int64_t width,
                         std::span<const std::uint8_t> image,
                         std::span<std::uint8_t> result) const {
  assert(epoch < (std::int64_t{1} << 32) && index < (std::int64_t{1} << 32));
  assert(image.size() == result.size());
  constexpr std::int64_t kPadding = 4;
  RandomStream random(seed, static_cast<std::uint64_t>((epoch << 32) | index));
  const auto down = static_cast<std::int64_t>(random.below(2 * kPadding + 1)) - kPadding;
  const auto right = static_cast<std::int64_t>(random.below(2 * kPadding + 1)) - kPadding;
  const bool flip = random.below(2) == 1;
  // Target column x shows source column x + right; outside the image it stays black.
  const std::int64_t first = std::max<std::int64_t>(0, -right);
  const std::int64_t last = std::min(width, width - right);
  std::fill(result.begin(), result.end(), std::uint8_t{0});
  std::uint8_t* target = result.data();
  for (std::int64_t row = 0; row < std::ssize(image) / width; ++row, target += width) {
    const std::int64_t y = row % height + down;
    if (y < 0 || y >= height || first >= last) {
      continue;
    }
    const std::uint8_t* source = image.data() + (row + down) * width;
    std::copy(source + first + right, source + last + right, target + first);
    if (flip) {
      std::reverse(target, target + width);
    }
  }
}

}  // namespace ndbench
