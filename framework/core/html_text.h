#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

// Any text, whoever wrote it, as a part of a page of HTML or of a drawing in SVG that is that text
// and nothing else. What hides or reorders is shown as printable() shows it.
namespace ndbench {

/// As the content of an element, or as the value of an attribute between double quotes: one line.
[[nodiscard]] std::string html_text(std::string_view text);

/// As the content of an element that keeps line breaks, <pre>.
[[nodiscard]] std::string html_lines(std::string_view text);

/// At most so many characters of it, then "…": where a drawing has no room for more.
[[nodiscard]] std::string html_text_cut(std::string_view text, std::size_t most);

/// As the content of <script type="application/json">: nothing in it ends the element, begins
/// another or a comment, or stands for another character.
[[nodiscard]] std::string html_json(const nlohmann::json& value);

}  // namespace ndbench
