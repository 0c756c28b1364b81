#include "data/video_memory.h"

#include <algorithm>

#include "data/parallel.h"
#include "data/usable_cpus.h"

namespace ndbench {
namespace {

struct Piece {
  std::size_t sequence;
  std::int64_t first;
  std::int64_t count;
};

/// Long enough that a decoder rarely has to begin at a key frame before its piece.
std::vector<Piece> cut_up(const Video& video) {
  constexpr std::int64_t kFewest = 16;
  const std::int64_t longest = std::max(video.frames() / usable_cpus() + 1, kFewest);
  std::vector<Piece> pieces;
  for (std::size_t sequence = 0; sequence < video.sequences.size(); ++sequence) {
    const std::int64_t frames = video.sequences[sequence].frames;
    for (std::int64_t first = 0; first < frames; first += longest) {
      pieces.push_back({sequence, first, std::min(longest, frames - first)});
    }
  }
  return pieces;
}

}  // namespace

void load_into_memory(Video& video, std::int64_t limit) {
  if (video.frames() > limit / std::max<std::int64_t>(video.frame_bytes(), 1)) {
    return;
  }
  for (FrameSequence& sequence : video.sequences) {
    sequence.pixels.resize(static_cast<std::size_t>(sequence.frames * video.frame_bytes()));
  }
  const std::vector<Piece> pieces = cut_up(video);
  for_each_in_parallel(std::ssize(pieces), [&](std::int64_t number) {
    const Piece& piece = pieces[static_cast<std::size_t>(number)];
    FrameSequence& sequence = video.sequences[piece.sequence];
    const auto begin = static_cast<std::size_t>(piece.first * video.frame_bytes());
    const auto count = static_cast<std::size_t>(piece.count * video.frame_bytes());
    sequence.source->read(piece.first, piece.count,
                          std::span(sequence.pixels).subspan(begin, count));
  });
  for (FrameSequence& sequence : video.sequences) {
    sequence.source.reset();
  }
}

}  // namespace ndbench
