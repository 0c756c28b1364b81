#pragma once

#include <string>
#include <vector>

namespace ndbench {

/// `text` as one word that a shell reads back.
[[nodiscard]] std::string shell_word(const std::string& text);

/// The variables that count as flags and what the user typed, as a shell reads them back.
[[nodiscard]] std::string command_text(const std::vector<std::string>& arguments);

}  // namespace ndbench
