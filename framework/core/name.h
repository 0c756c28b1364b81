#pragma once

#include <cstddef>
#include <string_view>

namespace ndbench {

inline constexpr std::size_t kLongestName = 64;

/// True for [a-z0-9][a-z0-9_.-]* of at most kLongestName bytes: safe in a benchmark name, a
/// filter, a file name and a report. Not for manual_time, process_time, real_time, which Google
/// Benchmark appends to names.
[[nodiscard]] bool is_name(std::string_view text);

/// True for [a-z][a-z0-9_]* of at most kLongestName bytes: part of a library's file name, and
/// never a path.
[[nodiscard]] bool is_plugin_name(std::string_view text);

}  // namespace ndbench
