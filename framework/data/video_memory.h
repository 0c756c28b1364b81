#pragma once

#include <cstdint>

#include "ndbench/video.h"

namespace ndbench {

/// Decodes all frames of `video` at once, if they have at most `limit` bytes; else leaves them to
/// be decoded when they are read.
void load_into_memory(Video& video, std::int64_t limit = std::int64_t{512} << 20);

}  // namespace ndbench
