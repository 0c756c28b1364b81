#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace ndbench {

/// All bytes of a regular file; never waits, as opening a FIFO would.
/// @throws ndbench::Error naming the file if it cannot be read, is not a regular file, or has more
///         than `limit` bytes.
[[nodiscard]] std::vector<std::uint8_t> read_file_bytes(const std::filesystem::path& file,
                                                        std::int64_t limit);

}  // namespace ndbench
