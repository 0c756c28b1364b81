#pragma once

#include <cstdint>

#include "data/frame_size.h"
#include "ndbench/images.h"
#include "ndbench/video.h"

namespace ndbench {

/// `count` sequences of 41 frames, each showing two of `pieces` that move over a black picture and
/// bounce off its edges; where they overlap the brighter pixel shows. After Moving MNIST
/// (Srivastava et al. 2015).
///
/// A sequence depends on (pieces, size, seed, its number) alone. Pieces are halved until they fit
/// twice into the smaller side of the picture: 14x14 pixels in one of 48x32. Frames are drawn when
/// they are read. @pre pieces are 1x28x28 and in memory.
/// @throws ndbench::Error if the picture is too small for a piece of 7x7 pixels.
[[nodiscard]] Video moving_sprites(Images pieces, std::int64_t count, FrameSize size,
                                   std::uint64_t seed);

}  // namespace ndbench
