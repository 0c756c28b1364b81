#pragma once

#include "ndbench/images.h"

namespace ndbench {

/// Reads CelebA (Liu et al. 2015): the aligned JPEGs, which of 40 attributes each has, and which
/// split it is in (0 training, 1 validation, which is not used, 2 test).
/// Sub-groups of the examples: Male, Female (not Male), Young, Old (not Young).
/// @throws ndbench::Error naming the file and the line.
[[nodiscard]] ImageSplits read_celeba(const ImageRequest& request,
                                      const std::vector<std::filesystem::path>& data_path);

}  // namespace ndbench
