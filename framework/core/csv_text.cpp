#include "core/csv_text.h"

#include <fmt/format.h>

#include <cmath>

#include "core/printable.h"

namespace ndbench {
namespace {

/// Whether a spreadsheet may compute what it should show. Some pass over blanks or quotes in front,
/// some take East Asian forms of the signs for the signs.
bool looks_like_formula(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n\""), text.size()));
  for (const std::string_view sign : {"=", "+", "-", "@", "＝", "＋", "－", "＠"}) {
    if (text.starts_with(sign)) return true;
  }
  return false;
}

}  // namespace

std::string csv_cell(std::string_view raw) {
  const bool begins_with_break = raw.find_first_of("\t\r\n") == 0;
  const bool is_formula = begins_with_break || looks_like_formula(raw);
  const std::string text = (is_formula ? "'" : "") + printable_lines(raw);
  // The semicolon parts cells where the comma is a decimal point.
  if (text.find_first_of(",;\"\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char character : text) quoted.append(character == '"' ? 2 : 1, character);
  return quoted + '"';
}

std::string csv_cell(double value) { return std::isfinite(value) ? fmt::format("{}", value) : ""; }

}  // namespace ndbench
