#include "core/command_text.h"

#include <algorithm>
#include <string_view>

#include "core/machine.h"

namespace ndbench {

std::string regex_escaped(const std::string& text) {
  std::string result;
  for (const char character : text) {
    if (std::string_view(".[]{}()*+?^$|\\").find(character) != std::string_view::npos) {
      result += '\\';
    }
    result += character;
  }
  return result;
}

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

std::string command_again(const std::string& suite, const std::string& name,
                          const std::vector<std::string>& flags) {
  std::string filter = regex_escaped(name);
  if (std::count(name.begin(), name.end(), '/') == 2) filter.insert(filter.rfind('/'), "/[^/]+");
  std::string command = "ndbench_suite " + shell_word("--suite=" + suite);
  for (const std::string& flag : flags) command += " " + shell_word(flag);
  return command + " " + shell_word("--benchmark_filter=^" + filter + "$");
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
