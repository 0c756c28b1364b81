#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "ndbench/error.h"

namespace ndbench {

/// Results could not be written, or not be read back.
class ResultsError : public Error {
 public:
  using Error::Error;
};

/// "cannot <what> '<path>': <the system's words>; <what to do>".
[[noreturn]] void throw_results_error(const char* what, const std::filesystem::path& path,
                                      int error);

/// Writes all of `text` to an open descriptor; `path` is only named.
/// @throws ResultsError
void write_all(int file, std::string_view text, const std::filesystem::path& path);

/// Returns once the names in a folder are on the disk.
/// @throws ResultsError
void sync_folder(const std::filesystem::path& folder);

/// Finds out before a long run that write_file() could not write there.
/// @throws ResultsError
void check_writable(const std::filesystem::path& path);

/// Replaces a file's content in one step: a reader sees the old or the new, never a part. Returns
/// once it is on the disk.
/// @throws ResultsError
void write_file(const std::filesystem::path& path, const std::string& content);

}  // namespace ndbench
