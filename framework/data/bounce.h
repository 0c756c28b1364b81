#pragma once

#include <cstdint>

#include "data/split_mix.h"

namespace ndbench {

/// One coordinate of something that moves at constant velocity and bounces off both ends of
/// [0, range]. In sixteenths of a pixel: whole numbers give the same bits on every machine.
struct Bounce {
  static constexpr std::int64_t kPixel = 16;

  std::int64_t start = 0;     ///< in [0, range]
  std::int64_t velocity = 0;  ///< per frame
  std::int64_t range = 0;

  /// Where it is at a frame. @pre frame >= 0.
  [[nodiscard]] std::int64_t at(std::int64_t frame) const {
    if (range == 0) {
      return 0;
    }
    // Unfolded, it runs through mirror images of the range, one after the other.
    const std::int64_t period = 2 * range;
    const std::int64_t unfolded = ((start + velocity % period * frame) % period + period) % period;
    return unfolded <= range ? unfolded : period - unfolded;
  }
};

/// Something that moves over a plane.
struct Motion {
  Bounce x;
  Bounce y;
};

/// A motion that keeps a thing of `width` x `height` pixels in a picture of `picture_width` x
/// `picture_height`. It covers 1 to 2.5 pixels per frame along one axis and up to that along the
/// other, so that no frame equals the one before. @pre it fits.
[[nodiscard]] Motion draw_motion(SplitMix& random, std::int64_t picture_width,
                                 std::int64_t picture_height, std::int64_t width,
                                 std::int64_t height);

}  // namespace ndbench
