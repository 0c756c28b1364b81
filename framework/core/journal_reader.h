#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "core/journal_text.h"

namespace ndbench {

/// A whole line of a journal.
struct JournalLine {
  std::size_t number = 0;  ///< from 1
  std::string hash{};      ///< XXH3-128 of its text without the newline: tells equal lines
  nlohmann::json value{};  ///< without its checksum
};

/// Reads the journal of a run, line by line. Lines that were written together, as the rows of modes
/// that were measured together are, count only if all of them are there. What follows the last line
/// that counts is of a write that was cut short: it was never acknowledged.
///
/// @param on_line  is given each line that counts, in order.
/// @throws ndbench::Error naming file and line: cannot be read, is damaged before its end, is of a
///         newer version.
JournalEnd read_journal(const std::filesystem::path& file,
                        const std::function<void(JournalLine line)>& on_line);

}  // namespace ndbench
