#pragma once

#include <cstdint>

extern "C" {
#include <libavutil/frame.h>
}

namespace ndbench {

/// What decides how one decoded picture is turned into another.
struct FrameFormat {
  AVPixelFormat pixels = AV_PIX_FMT_NONE;
  std::int64_t height = 0;
  std::int64_t width = 0;
  int colorspace = 0;
  bool full_range = false;  ///< 0 is black and 255 white, not 16 and 235

  bool operator==(const FrameFormat&) const = default;
};

[[nodiscard]] FrameFormat format_of(const AVFrame& picture);

}  // namespace ndbench
