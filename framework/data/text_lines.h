#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

namespace ndbench {

/// The lines of a text file, without their ends (LF or CR LF).
class TextLines {
 public:
  /// @throws ndbench::Error naming the file if it cannot be read or has more than 256 MiB.
  explicit TextLines(const std::filesystem::path& file);

  /// Line n is at [n - 1]. Views of this object.
  [[nodiscard]] std::span<const std::string_view> lines() const& { return lines_; }
  void lines() && = delete;

 private:
  std::vector<std::uint8_t> bytes_;
  std::vector<std::string_view> lines_;
};

/// The words of a line, parted by blanks and tabs.
[[nodiscard]] std::vector<std::string_view> words_of(std::string_view line);

/// Whether `text` is a whole number from end to end, which `value` then is.
[[nodiscard]] bool parse_integer(std::string_view text, std::int64_t& value);

}  // namespace ndbench
