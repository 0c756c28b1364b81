#include "core/markdown_text.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/printable.h"

namespace ndbench {
namespace {

// What GitHub and others look for in the text that they have rendered, where a backslash is gone
// already, with a comment in it, of which nothing is left to see.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kBroken{
    {{"@", "@<!-- -->"}, {"://", ":<!-- -->//"}, {"www.", "www<!-- -->."}, {"#", "\\#<!-- -->"}}};

}  // namespace

std::string markdown_text(std::string_view text) {
  std::string one_line(text);
  std::replace(one_line.begin(), one_line.end(), '\n', ' ');
  const std::string shown = printable(one_line, std::string::npos);
  std::string result;
  for (std::string_view rest = shown; !rest.empty();) {
    const auto broken = std::find_if(kBroken.begin(), kBroken.end(),
                                     [&](const auto& one) { return rest.starts_with(one.first); });
    if (broken != kBroken.end()) {
      result += broken->second;
      rest.remove_prefix(broken->first.size());
      continue;
    }
    if (std::string_view("|*_`<>[]\\~&$").find(rest.front()) != std::string_view::npos) {
      result += '\\';
    }
    result += rest.front();
    rest.remove_prefix(1);
  }
  return result;
}

std::string markdown_code(std::string_view text) {
  const std::string code = printable(text, std::string::npos);
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char character : code) {
    run = character == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(longest + 1, '`');
  const char* pad = longest > 0 ? " " : "";
  return fence + pad + code + pad + fence;
}

}  // namespace ndbench
