#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace ndbench {

/// Where stdin, stdout or stderr is closed, the next file opened would take its place and its text.
/// What is opened here instead cannot be written to, so that a closed stdout is found out.
void fill_standard_descriptors();

/// Writes all of `text` now.
/// @throws ResultsError with the system's reason.
void write_stdout(std::string_view text);

/// Writes it to that file, in one step as write_file() does, or on stdout for none.
/// @throws ResultsError
void write_output(const std::optional<std::filesystem::path>& file, const std::string& text);

}  // namespace ndbench
