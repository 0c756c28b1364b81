#pragma once

#include <string>
#include <string_view>

namespace ndbench {

/// Any text as one line of plain text within a Markdown page, also in a cell of a table: nothing in
/// it is read as markup, HTML, a link, a mention of a user, or a reference to an issue.
[[nodiscard]] std::string markdown_text(std::string_view text);

/// Any text as a code span, fenced by more backticks than it holds in a row; not for a table, where
/// a bar would end the cell.
[[nodiscard]] std::string markdown_code(std::string_view text);

}  // namespace ndbench
