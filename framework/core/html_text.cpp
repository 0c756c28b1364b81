#include "core/html_text.h"

#include <algorithm>

#include "core/json_text.h"
#include "core/printable.h"
#include "core/xml_text.h"

namespace ndbench {
namespace {

/// The first `most` characters of valid UTF-8.
std::string_view first_characters(std::string_view text, std::size_t most) {
  std::size_t bytes = 0;
  for (std::size_t count = 0; bytes < text.size() && count < most; ++count) {
    const auto character = first_character(text.substr(bytes));
    bytes += character ? character->bytes : 1;
  }
  return text.substr(0, bytes);
}

}  // namespace

std::string html_text(std::string_view text) { return xml_attribute(text); }

std::string html_lines(std::string_view text) { return xml_text(text); }

std::string html_text_cut(std::string_view text, std::size_t most) {
  // A character has at most four bytes, and is shown as one character at least.
  const std::string shown = printable(text.substr(0, 4 * most + 4), std::string::npos);
  const std::string_view kept = first_characters(shown, most);
  return escaped_markup(kept) + (kept.size() < shown.size() ? "…" : "");
}

std::string html_json(const nlohmann::json& value) {
  std::string result;
  for (const char character : json_text(value)) {
    switch (character) {
      case '<':
        result += "\\u003c";
        break;
      case '>':
        result += "\\u003e";
        break;
      case '&':
        result += "\\u0026";
        break;
      default:
        result += character;  // all that is not ASCII is escaped already
    }
  }
  return result;
}

}  // namespace ndbench
