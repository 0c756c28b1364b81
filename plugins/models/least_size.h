#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "ndbench/images.h"

namespace ndbench {

/// Refuses images that `network` would reduce to nothing.
/// @throws ndbench::Error if a side of the images has less than `least` pixels.
inline void require_size(const std::string& network, const Images& images, std::int64_t least) {
  if (std::min(images.height, images.width) < least) {
    throw Error(network + ": images of " + std::to_string(images.height) + " by " +
                std::to_string(images.width) + " pixels are too small; it needs " +
                std::to_string(least) + " by " + std::to_string(least) +
                " or more: set image_size, or choose another data set");
  }
}

}  // namespace ndbench
