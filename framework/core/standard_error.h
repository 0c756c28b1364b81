#pragma once

#include <string>
#include <string_view>

namespace ndbench {

/// "PROGRAM: text" with its line end. Whatever stands in `text`, it moves no cursor, and no line
/// after the first can be taken for a message of its own: they are indented by two spaces at least.
[[nodiscard]] std::string message_text(std::string_view program, std::string_view text);

/// Says it on stderr, which may be closed or full: that is no reason to stop.
void write_message(std::string_view program, std::string_view text);

}  // namespace ndbench
