#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "data/file_names.h"

namespace ndbench {

/// What CelebA's two lists say of its pictures, in their order.
struct CelebaLists {
  std::vector<std::string> attribute_names;
  FileNames files;
  std::vector<std::uint8_t> attributes;  ///< [files, attribute_names], 0 or 1
  std::vector<std::uint8_t> partition;   ///< [files], 0 training, 1 validation, 2 test
};

/// Reads list_attr_celeba.txt (number of pictures, names of attributes, then a file name and 1 or
/// -1 for each attribute a line) and list_eval_partition.txt (a file name and its split a line),
/// which must list the same files.
/// @throws ndbench::Error naming the file and the line.
[[nodiscard]] CelebaLists read_celeba_lists(const std::filesystem::path& attributes,
                                            const std::filesystem::path& partition);

}  // namespace ndbench
