#pragma once

#include "ndbench/images.h"

namespace ndbench {

/// Reads a folder of pictures: train/<class>/* and test/<class>/*, or val/ where there is no test/.
///
/// Classes are numbered by name in the order of bytes. Examples go round the classes: the first
/// picture of each by name, then the second of each, so that any subset has all classes. Names that
/// begin with a dot are left out; anything else that is not a picture is an error.
/// @throws ndbench::Error naming the file or folder.
[[nodiscard]] ImageSplits read_image_folder(const ImageRequest& request,
                                            const std::vector<std::filesystem::path>& data_path);

}  // namespace ndbench
