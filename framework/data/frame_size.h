#pragma once

#include <cstdint>

namespace ndbench {

/// Width and height of a frame in pixels; 0 and 0: as the frame is.
struct FrameSize {
  std::int64_t width = 0;
  std::int64_t height = 0;

  [[nodiscard]] bool is_given() const { return width > 0; }
  bool operator==(const FrameSize&) const = default;
};

}  // namespace ndbench
