#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "ndbench/error.h"

namespace ndbench {

/// Results could not be written.
class ResultsError : public Error {
 public:
  using Error::Error;
};

/// A run's own folder, and in it an append-only file of one JSON object per line.
class Journal {
 public:
  /// Creates `results`/<UTC time>-<process id>/journal.jsonl.
  /// @throws ResultsError naming the path and the system's reason.
  explicit Journal(const std::filesystem::path& results);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// Appends one line and returns once it is on the disk.
  /// @throws ResultsError; the file then ends where it ended before.
  void append(const nlohmann::json& line);

  /// Writes a file into the run's folder, where `name` may begin with a folder of its own, and
  /// returns once it is on the disk: a line appended later can name it.
  /// @throws ResultsError
  void put(const std::filesystem::path& name, const std::string& content) const;

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
  int file_ = -1;
  std::int64_t size_ = 0;  ///< bytes of complete lines
};

/// Finds out before a long run that write_file() could not write there.
/// @throws ResultsError
void check_writable(const std::filesystem::path& path);

/// Replaces a file's content in one step: a reader sees the old or the new, never a part.
/// @throws ResultsError
void write_file(const std::filesystem::path& path, const std::string& content);

}  // namespace ndbench
