#pragma once

#include <string>
#include <string_view>

namespace ndbench {

/// How to get the data set `name`: what to put where, its official address, and the SHA-256 sums of
/// its files as TensorFlow Datasets publishes them (tensorflow_datasets/url_checksums).
/// Of a name that is nobody's in particular: how a folder of images is laid out.
[[nodiscard]] std::string instructions_for(std::string_view name);

}  // namespace ndbench
