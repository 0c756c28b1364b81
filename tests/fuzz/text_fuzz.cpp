// Feeds arbitrary text to what makes text harmless for each format: no control character comes out,
// no markup, no formula, and JSON stays JSON.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "../hostile_strings.h"
#include "core/csv_text.h"
#include "core/json_text.h"
#include "core/markdown_text.h"
#include "core/printable.h"
#include "core/standard_error.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void require_text(std::string_view shown) {
  for (std::string_view rest = shown; !rest.empty();) {
    const auto next = ndbench::first_character(rest);
    require(next && (ndbench::is_printable(next->code_point) || next->code_point == U'\n'));
    rest.remove_prefix(next->bytes);
  }
  require(!ndbench::has_control_byte(shown));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using nlohmann::json;
  const std::string text(reinterpret_cast<const char*>(data), size);

  const std::string cell = ndbench::csv_cell(text);
  require_text(cell);
  const std::size_t first = cell.find_first_not_of("\" \n");
  require(first == std::string::npos ||
          std::string_view("=+-@").find(cell[first]) == std::string_view::npos);

  const std::string markdown = ndbench::markdown_text(text);
  require_text(markdown);
  require(markdown.find('\n') == std::string::npos);
  require(markdown.find("://") == std::string::npos);
  for (std::size_t i = 0; i < markdown.size(); ++i) {
    if (markdown[i] == '\\') {
      ++i;
    } else {
      require(std::string_view("|*_`[]~$&#").find(markdown[i]) == std::string_view::npos);
    }
  }
  require_text(ndbench::markdown_code(text));

  const std::string message = ndbench::message_text("p", text);
  require_text(message);
  for (std::size_t end = message.find('\n'); end + 1 < message.size();
       end = message.find('\n', end + 1)) {
    require(message.compare(end + 1, 2, "  ") == 0);
  }

  const std::string object = ndbench::json_text(json{{"text", text}}, 2);
  require_text(object);
  require(json::parse(object).at("text").is_string());
  return 0;
}
