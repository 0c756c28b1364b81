#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace ndbench {

/// The files in which the kernel tells about the host. Whatever is missing, unreadable or of
/// another form than expected is nothing, never an error.
class HostFiles {
 public:
  /// Paths below are absolute; `root` goes before them, another than "/" in tests.
  explicit HostFiles(std::filesystem::path root = "/") : root_(std::move(root)) {}

  /// At most the first MiB of a file.
  [[nodiscard]] std::optional<std::string> text(const std::string& path) const;

  /// The first line, without blanks around it.
  [[nodiscard]] std::optional<std::string> line(const std::string& path) const;

  /// The first line, if it is a number.
  [[nodiscard]] std::optional<double> number(const std::string& path) const;

  /// The number behind the word `key` at the start of a line: "MemFree:  12 kB", "nr_throttled 3".
  [[nodiscard]] std::optional<double> value(const std::string& path, const std::string& key) const;

  /// What lies in a folder, sorted.
  [[nodiscard]] std::vector<std::string> names(const std::string& folder) const;

 private:
  std::filesystem::path root_;
};

/// `text` if it is a finite number and nothing else.
[[nodiscard]] std::optional<double> to_number(const std::string& text);

/// The numbers that "0-2,7" stands for; nothing if it is not such a list.
[[nodiscard]] std::optional<std::vector<int>> to_list(const std::string& text);

}  // namespace ndbench
