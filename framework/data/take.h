#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "data/file_names.h"

namespace ndbench {

/// One uninterrupted take on disk: pictures in order, or one video file.
struct Take {
  std::string name;
  FileNames pictures{};           ///< whole paths
  std::filesystem::path video{};  ///< instead of pictures
};

/// The takes of a data set. No test takes: the last fifth of the frames of the only training take
/// is for testing.
struct TakeSplits {
  std::vector<Take> train;
  std::vector<Take> test;
};

/// Keeps the last fifth of `takes`, at least one, for testing; of a single take, nothing.
[[nodiscard]] TakeSplits keep_last_fifth(std::vector<Take> takes);

/// How many of the `available` sequences to take where `wanted` are asked for, 0 meaning all.
/// @throws ndbench::Error naming `dataset` and `parameter` if there are not so many.
[[nodiscard]] std::int64_t sequences_to_take(std::string_view dataset, std::string_view parameter,
                                             std::int64_t wanted, std::int64_t available);

}  // namespace ndbench
