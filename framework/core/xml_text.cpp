#include "core/xml_text.h"

#include "core/printable.h"

namespace ndbench {
namespace {

/// U+FFFE and U+FFFF, which are UTF-8 and no characters of XML.
bool is_forbidden(std::string_view rest) {
  return rest.starts_with("\xef\xbf\xbe") || rest.starts_with("\xef\xbf\xbf");
}

}  // namespace

std::string escaped_markup(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    switch (text[i]) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\xef':
        if (is_forbidden(text.substr(i))) {
          result += "\xef\xbf\xbd";  // U+FFFD
          i += 2;
          break;
        }
        [[fallthrough]];
      default:
        result += text[i];
    }
  }
  return result;
}

std::string xml_text(std::string_view text) { return escaped_markup(printable_lines(text)); }

std::string xml_attribute(std::string_view text) {
  return escaped_markup(printable(text, std::string::npos));
}

}  // namespace ndbench
