#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/suite.h"

namespace ndbench {

/// The bytes of a suite file, vetted so that the TOML parser can be trusted with them.
///
/// Refused here, with position: what is not UTF-8, byte order marks, control and invisible
/// characters, lines over 1,024 bytes. No suite needs any of these, and toml++ 3.3.0 recurses once
/// per dot of a key when it frees its tables.
class SuiteText {
 public:
  /// `bytes` must outlive this object; `file` is only named in messages.
  /// @throws ndbench::Error on what is refused.
  SuiteText(std::string_view bytes, const std::filesystem::path& file);

  [[nodiscard]] std::string_view bytes() const { return bytes_; }
  [[nodiscard]] Position position(unsigned line, unsigned column) const;

  /// Throws Error "FILE:LINE:COLUMN: what", followed by that line of the file.
  [[noreturn]] void fail(unsigned line, unsigned column, std::string_view what) const;

  /// Throws Error "FILE: what".
  [[noreturn]] void fail(std::string_view what) const;

 private:
  void vet_line(std::string_view line, unsigned number) const;

  std::string_view bytes_;
  std::string file_;
};

/// All bytes of a suite file.
/// @throws ndbench::Error unless `file` is a readable regular file of at most 1 MiB.
[[nodiscard]] std::string read_suite_bytes(const std::filesystem::path& file);

}  // namespace ndbench
