#pragma once

#include "ndbench/images.h"

namespace ndbench {

/// Reads fashion-mnist or mnist: IDX files, plain or gzip, of images of 28x28 pixels and of labels.
/// @throws ndbench::Error naming the file and the offset in its uncompressed data.
[[nodiscard]] ImageSplits read_idx_images(const ImageRequest& request,
                                          const std::vector<std::filesystem::path>& data_path);

}  // namespace ndbench
