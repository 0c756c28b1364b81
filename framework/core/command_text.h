#pragma once

#include <string>
#include <vector>

namespace ndbench {

/// `text` as one word that a shell reads back.
[[nodiscard]] std::string shell_word(const std::string& text);

/// As a regular expression that stands for these characters alone.
[[nodiscard]] std::string regex_escaped(const std::string& text);

/// The command that measures again what `name` stands for: a benchmark, or all modes of a group of
/// them ("resnet8/onednn/step").
/// @param flags  further ones, place_flags() of the run
[[nodiscard]] std::string command_again(const std::string& suite, const std::string& name,
                                        const std::vector<std::string>& flags);

/// The variables that count as flags and what the user typed, as a shell reads them back.
[[nodiscard]] std::string command_text(const std::vector<std::string>& arguments);

}  // namespace ndbench
