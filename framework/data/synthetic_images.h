#pragma once

#include "ndbench/images.h"

namespace ndbench {

/// Whether `name` is one of the sets that are made and not read: synthetic, synthetic-imagenet.
[[nodiscard]] bool is_synthetic(std::string_view name);

/// Makes labelled images that can be learned: each class has a smooth pattern of its own, which
/// each example shows brighter or darker and under noise. The classes take turns. An example is a
/// function of split and index alone, in integers: the same bytes everywhere.
/// @throws ndbench::Error if more examples are asked for than the set has.
[[nodiscard]] ImageSplits make_synthetic_images(const ImageRequest& request);

}  // namespace ndbench
