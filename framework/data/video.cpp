#include "ndbench/video.h"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace ndbench {

FrameSource::~FrameSource() = default;

std::int64_t Video::frames() const {
  return std::accumulate(
      sequences.begin(), sequences.end(), std::int64_t{0},
      [](std::int64_t sum, const FrameSequence& sequence) { return sum + sequence.frames; });
}

void Video::read(std::size_t sequence, std::int64_t first, std::int64_t count,
                 std::span<std::uint8_t> bytes) const {
  const FrameSequence& frames = sequences[sequence];
  assert(first >= 0 && count >= 0 && first + count <= frames.frames);
  assert(std::ssize(bytes) == count * frame_bytes());
  if (frames.source != nullptr) {
    frames.source->read(first, count, bytes);
  } else {
    std::copy_n(frames.pixels.begin() + first * frame_bytes(), count * frame_bytes(),
                bytes.begin());
  }
}

}  // namespace ndbench
