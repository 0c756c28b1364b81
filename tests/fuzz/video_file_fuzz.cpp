// Opens arbitrary bytes as a video and reads its frames out of order: ndbench::Error is the only
// way out it may take, and a frame has the same bytes each time.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include "data/video_file.h"
#include "fuzz_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr ndbench::FrameSize kSize{.width = 16, .height = 16};
  constexpr std::size_t kFrameBytes = 3 * 16 * 16;
  const auto file = fuzz_file("video", {reinterpret_cast<const char*>(data), size});
  try {
    const ndbench::VideoFile video(file, kSize, std::make_shared<ndbench::DecoderPool>(2));
    const std::int64_t frames = std::min<std::int64_t>(video.frames(), 8);
    std::vector<std::uint8_t> all(static_cast<std::size_t>(frames) * kFrameBytes);
    std::vector<std::uint8_t> one(kFrameBytes);
    video.read(0, frames, all);
    for (std::int64_t frame = frames - 1; frame >= 0; --frame) {
      video.read(frame, 1, one);
      if (!std::equal(one.begin(), one.end(),
                      all.begin() + frame * static_cast<std::int64_t>(kFrameBytes))) {
        std::abort();
      }
    }
  } catch (const ndbench::Error&) {
  }
  return 0;
}
