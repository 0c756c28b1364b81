#include "core/printable.h"

#include <fmt/format.h>

#include <algorithm>

namespace ndbench {
namespace {

unsigned byte_at(std::string_view text, std::size_t index) {
  return static_cast<unsigned char>(text[index]);
}

}  // namespace

std::optional<Utf8Character> first_character(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const unsigned lead = byte_at(text, 0);
  if (lead < 0x80) return Utf8Character{lead, 1};
  const std::size_t bytes = lead < 0xc2   ? 0
                            : lead < 0xe0 ? 2
                            : lead < 0xf0 ? 3
                            : lead < 0xf5 ? 4
                                          : 0;
  if (bytes == 0 || text.size() < bytes) return std::nullopt;
  char32_t code_point = lead & (0x7fU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    const unsigned next = byte_at(text, i);
    if ((next & 0xc0U) != 0x80U) return std::nullopt;
    code_point = code_point << 6U | (next & 0x3fU);
  }
  const bool overlong = (bytes == 3 && code_point < 0x800) || (bytes == 4 && code_point < 0x10000);
  const bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
  if (overlong || surrogate || code_point > 0x10ffff) return std::nullopt;
  return Utf8Character{code_point, bytes};
}

bool is_printable(char32_t c) {
  const auto within = [c](char32_t low, char32_t high) { return c >= low && c <= high; };
  return !(c < 0x20 || within(0x7f, 0x9f) || c == 0xad || c == 0x34f || c == 0x61c ||
           within(0x115f, 0x1160) || within(0x17b4, 0x17b5) || within(0x180b, 0x180f) ||
           within(0x200b, 0x200f) || within(0x2028, 0x202e) || within(0x2060, 0x206f) ||
           c == 0x3164 || within(0xfe00, 0xfe0f) || c == 0xfeff || c == 0xffa0 ||
           within(0xfff0, 0xfffb) || within(0x1bca0, 0x1bca3) || within(0x1d173, 0x1d17a) ||
           within(0xe0000, 0xe0fff));
}

std::string printable(std::string_view text, std::size_t at_most) {
  std::string result;
  std::size_t shown = 0;
  while (shown < text.size()) {
    const std::optional<Utf8Character> next = first_character(text.substr(shown));
    const std::size_t bytes = next ? next->bytes : 1;
    if (shown + bytes > at_most) return result + "…";
    if (next && is_printable(next->code_point)) {
      result += text.substr(shown, bytes);
    } else if (next && next->code_point > 0x7f) {
      result += fmt::format("\\u{:04x}", static_cast<unsigned>(next->code_point));
    } else {
      result += fmt::format("\\x{:02x}", byte_at(text, shown));
    }
    shown += bytes;
  }
  return result;
}

std::string printable_lines(std::string_view text) {
  std::string result;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    if (start > 0) result += '\n';
    result += printable(text.substr(start, end - start), std::string::npos);
    start = end + 1;
  }
  return result;
}

}  // namespace ndbench
