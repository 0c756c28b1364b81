#pragma once

#include <filesystem>
#include <string_view>

namespace ndbench {

/// The name of a file system that several machines share, by the number that statfs() gives; "" for
/// any other. A database with a write-ahead log needs the memory that its users share.
[[nodiscard]] std::string_view network_file_system(unsigned long magic);

/// The same of the file system on which a path lies; "" where that cannot be told.
[[nodiscard]] std::string_view network_file_system_of(const std::filesystem::path& path);

}  // namespace ndbench
