#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "ndbench/error.h"

namespace ndbench {

/// Bytes after a line's text that can be read, whatever they hold: a fast parser of JSON does.
inline constexpr std::size_t kReadableBeyond = 64;

/// The text of a line of a journal that fits its checksum.
struct JournalText {
  std::size_t number = 0;   ///< from 1
  std::string_view text{};  ///< without the newline; valid while it is handed over
};

/// How a journal ends.
struct JournalEnd {
  std::uint64_t bytes = 0;  ///< up to the end of the last line that counts
  /// Why what follows does not count: a write was cut short; "" if nothing follows.
  std::string torn{};
};

/// The error that names a damaged line.
[[nodiscard]] Error damaged_line(const std::filesystem::path& file, std::size_t number,
                                 const std::string& why);

/// Reads the lines of a journal as read_journal() does, unparsed. Keeps one line in memory, or
/// those written together.
///
/// @param on_line  is given each line that counts, in order.
/// @throws ndbench::Error naming file and line: cannot be read, is damaged before its end.
JournalEnd read_journal_text(const std::filesystem::path& file,
                             const std::function<void(const JournalText& line)>& on_line);

}  // namespace ndbench
