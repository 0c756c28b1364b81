#pragma once

#include <cstdint>
#include <span>

namespace ndbench {

/// Pads by 4 black pixels on each side, crops back at a random place, and flips left to right with
/// probability 1/2 (He et al. 2015, section 4.2): a function of seed, epoch and example.
struct Augmentation {
  std::uint64_t seed = 0;
  std::int64_t epoch = 0;

  /// Makes `result` of the bytes of example `index`, `image`, [channels, height, width].
  void apply(std::int64_t index, std::int64_t height, std::int64_t width,
             std::span<const std::uint8_t> image, std::span<std::uint8_t> result) const;
};

}  // namespace ndbench
