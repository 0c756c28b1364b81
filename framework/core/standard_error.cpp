#include "core/standard_error.h"

#include <cstdio>

#include "core/printable.h"

namespace ndbench {

std::string message_text(std::string_view program, std::string_view text) {
  const std::string shown = printable_lines(text);
  std::string message(program);
  message += ": ";
  for (std::size_t i = 0; i < shown.size(); ++i) {
    message += shown[i];
    const bool is_indented = shown.compare(i + 1, 2, "  ") == 0;
    if (shown[i] == '\n' && !is_indented) message += "  ";
  }
  return message + "\n";
}

void write_message(std::string_view program, std::string_view text) {
  std::fputs(message_text(program, text).c_str(), stderr);
}

}  // namespace ndbench
