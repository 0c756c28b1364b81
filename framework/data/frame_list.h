#pragma once

#include <filesystem>
#include <vector>

#include "data/take.h"

namespace ndbench {

/// The takes that a list names: one path per line, relative to the list's folder, of a picture, of
/// a folder of pictures, of a video file or of another list. Pictures in a row are one take.
///
/// Also the format of the lists of Watanabe et al. (eijwat/prednet_in_chainer_py3), whose
/// paths begin with the name of the folder that the list is in: that is tried where the path as it
/// is leads nowhere. Lines may end in CR LF; empty ones are passed over.
/// @throws ndbench::Error naming list and line if an entry does not exist, leads out of the folder
///         of `list`, or is a list that leads back to itself.
[[nodiscard]] std::vector<Take> takes_of_list(const std::filesystem::path& list);

}  // namespace ndbench
