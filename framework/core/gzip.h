#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ndbench {

/// `bytes` as a gzip file (RFC 1952) without name and time: the same bytes give the same file.
[[nodiscard]] std::string gzip(std::string_view bytes);

/// What a gzip file holds.
/// @throws ndbench::Error if it is damaged, or holds more than `limit` bytes.
[[nodiscard]] std::string gunzip(std::string_view file, std::size_t limit);

}  // namespace ndbench
