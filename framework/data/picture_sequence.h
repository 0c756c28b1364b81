#pragma once

#include <filesystem>
#include <memory>

#include "data/file_names.h"
#include "data/frame_size.h"
#include "ndbench/video.h"

namespace ndbench {

/// The frames of pictures on disk, JPEG or PNG, [3, height, width] each.
///
/// With `scaled`, pictures of any size are scaled to fill `size` and cut to it; else one of another
/// size is an error that names it and `like`, the file that has that size.
[[nodiscard]] std::shared_ptr<const FrameSource> picture_sequence(
    FileNames pictures, FrameSize size, bool scaled, const std::filesystem::path& like);

}  // namespace ndbench
