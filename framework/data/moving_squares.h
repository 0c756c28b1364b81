#pragma once

#include <cstdint>

#include "data/frame_size.h"
#include "ndbench/video.h"

namespace ndbench {

/// `count` sequences of 20 RGB frames, each showing three squares, each of one colour, that move
/// over a dark picture and bounce off its edges; the last one drawn is in front.
///
/// A sequence depends on (size, seed, its number) alone. Frames are drawn when they are read.
[[nodiscard]] Video moving_squares(std::int64_t count, FrameSize size, std::uint64_t seed);

}  // namespace ndbench
