#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace ndbench {

/// XXH3-128 of `bytes` as `xxh128sum` prints it: 32 hexadecimal digits.
[[nodiscard]] std::string content_hash(std::string_view bytes);

/// The same of all bytes of an open file, wherever its offset is.
/// @throws std::system_error if they cannot be read.
[[nodiscard]] std::string content_hash_of_file(int descriptor);

/// @throws ndbench::Error naming the file if it cannot be read.
[[nodiscard]] std::string content_hash_of_file(const std::filesystem::path& file);

}  // namespace ndbench
