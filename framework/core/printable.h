#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace ndbench {

struct Utf8Character {
  char32_t code_point;
  std::size_t bytes;  ///< 1 … 4
};

/// The first character of `text`, or nothing if it does not start with one in valid UTF-8 (no
/// overlong forms, no surrogates, at most U+10FFFF).
[[nodiscard]] std::optional<Utf8Character> first_character(std::string_view text);

/// False for what moves the cursor, reorders text or hides in it: control characters, line and
/// paragraph separators, and what Unicode 15 lists as Default_Ignorable_Code_Point (bidirectional
/// and zero-width formatting, fillers, variation selectors, tags, the byte order mark).
[[nodiscard]] bool is_printable(char32_t code_point);

/// `text` made safe to show on a terminal and in a report: what is not printable appears as
/// \x1b or \u202e, what is not UTF-8 as \xff, what exceeds `at_most` bytes as "…".
[[nodiscard]] std::string printable(std::string_view text, std::size_t at_most = 120);

/// All of `text`, of several lines, made safe to show: line breaks are left alone.
[[nodiscard]] std::string printable_lines(std::string_view text);

}  // namespace ndbench
