#pragma once

#include "ndbench/images.h"

namespace ndbench {

/// Reads the binary version of cifar-10 or cifar-100 (with its fine classes): records of one or two
/// label bytes and 3x32x32 pixels. Format: https://www.cs.toronto.edu/~kriz/cifar.html.
///
/// Of the five files of cifar-10's training images only those that the subset reaches are read.
/// @throws ndbench::Error naming the file and the offset.
[[nodiscard]] ImageSplits read_cifar(const ImageRequest& request,
                                     const std::vector<std::filesystem::path>& data_path);

}  // namespace ndbench
