#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "ndbench/error.h"

namespace ndbench {

/// Labelled images in memory. `pixels` is [size, channels, height, width] row-major uint8.
struct Images {
  std::int64_t size = 0;
  std::int64_t channels = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::int64_t classes = 0;
  std::vector<std::uint8_t> pixels;
  std::vector<std::uint8_t> labels;  ///< [size], each in [0, classes)

  [[nodiscard]] std::int64_t image_bytes() const { return channels * height * width; }
};

struct ImageSplits {
  Images train;
  Images test;
};

/// Reads the data set `name` from the first folder of `data_path` that holds it, and keeps the
/// first `subset` training and `test_subset` test examples (0: all).
///
/// Known: "fashion-mnist" (28×28 grey, 60,000 + 10,000, 10 classes; IDX files, gzip or plain, in
/// a folder of that name).
/// @throws ndbench::Error naming the file and the offset if data is damaged, every folder tried
///         and what to install if it is missing, the known names if `name` is none of them.
[[nodiscard]] NDBENCH_API ImageSplits
load_images(const std::string& name, const std::vector<std::filesystem::path>& data_path,
            std::int64_t subset, std::int64_t test_subset);

}  // namespace ndbench
