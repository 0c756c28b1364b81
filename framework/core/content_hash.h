#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace ndbench {

/// XXH3-128 of `bytes` as `xxh128sum` prints it: 32 hexadecimal digits.
[[nodiscard]] std::string content_hash(std::string_view bytes);

/// The same of what a file holds.
/// @throws ndbench::Error if it cannot be read.
[[nodiscard]] std::string file_hash(const std::filesystem::path& file);

}  // namespace ndbench
