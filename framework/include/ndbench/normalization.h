#pragma once

#include <string_view>
#include <vector>

#include "ndbench/images.h"

namespace ndbench {

/// How the bytes of an image become floats.
struct Normalization {
  /// Per channel: (pixel - shift) * scale. Empty: pixel / 255.
  std::vector<double> shift{};
  std::vector<double> scale{};
  /// Instead: (pixel - mean) / max(deviation, 1 / sqrt(n)), over the n values of each image, as
  /// tf.image.per_image_standardization does.
  bool per_image = false;
};

/// Maps 0 … 255 to [0, 1].
[[nodiscard]] NDBENCH_API Normalization unit_normalization();

/// Maps each channel of `train` to mean 0 and standard deviation 1 over all its pixels; where
/// images are not in memory, over those of the first 1024.
/// @throws ndbench::Error if a channel is constant, or an image is damaged.
[[nodiscard]] NDBENCH_API Normalization dataset_normalization(const Images& train);

/// Maps each image to mean 0 and standard deviation 1, as it is after augmentation.
[[nodiscard]] NDBENCH_API Normalization image_normalization();

/// The one that is called `name`: unit, dataset or image.
/// @throws ndbench::Error if there is none.
[[nodiscard]] NDBENCH_API Normalization normalization_named(std::string_view name,
                                                            const Images& train);

}  // namespace ndbench
