#pragma once

#include <string>
#include <string_view>

namespace ndbench {

/// Text that printable() has gone over, its markup escaped: for XML as for HTML, within elements
/// and between the quotes of attributes.
[[nodiscard]] std::string escaped_markup(std::string_view text);

/// Any text within an element of XML 1.0, encoded in UTF-8: what is not printable but a line break
/// is shown as printable() shows it, which leaves nothing that XML forbids.
[[nodiscard]] std::string xml_text(std::string_view text);

/// Any text as one line between the quotes of an attribute.
[[nodiscard]] std::string xml_attribute(std::string_view text);

}  // namespace ndbench
