#include "core/command_text.h"

#include "core/machine.h"

namespace ndbench {

std::string shell_word(const std::string& text) {
  constexpr char kPlain[] =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=./:,+@%";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string word = "'";
  for (const char character : text) {
    word += character == '\'' ? std::string("'\\''") : std::string(1, character);
  }
  return word + "'";
}

std::string command_text(const std::vector<std::string>& arguments) {
  std::string text;
  for (const auto& [name, value] : flag_environment()) {
    text += name + "=" + shell_word(value) + " ";
  }
  text += "ndbench_suite";
  for (const std::string& argument : arguments) text += " " + shell_word(argument);
  return text;
}

}  // namespace ndbench
