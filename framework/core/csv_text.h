#pragma once

#include <string>
#include <string_view>

namespace ndbench {

/// One cell of a CSV file (RFC 4180) with any text: what is not printable but a line break is shown
/// as printable() shows it, and a text that a spreadsheet would take for a formula gets a leading
/// apostrophe, as OWASP advises against CSV injection.
[[nodiscard]] std::string csv_cell(std::string_view text);

/// The same with a number, which stays one whatever its sign; "" for NaN and infinity.
[[nodiscard]] std::string csv_cell(double value);

}  // namespace ndbench
