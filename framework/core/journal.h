#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>

#include "core/durable_file.h"

namespace ndbench {

/// A run's own folder, and in it an append-only file of checked lines (journal_line.h). One process
/// at a time writes it.
class Journal {
 public:
  /// Creates `results`/<UTC time>-<process id>/journal.jsonl.
  /// @throws ResultsError naming the path and the system's reason.
  explicit Journal(const std::filesystem::path& results);

  /// Goes on with the journal in `folder`, of which `bytes` count: what follows, of a write that
  /// was cut short, is set aside as journal.jsonl.torn-<n>.
  /// @throws ResultsError, also where another process writes it or it is shorter by now.
  Journal(std::filesystem::path folder, std::uint64_t bytes);

  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// Appends a line, or lines of which after a crash all count or none, and returns once they are
  /// on the disk.
  /// @throws ResultsError; the file then ends where it ended before.
  void append(const nlohmann::json& line);
  void append_together(std::span<const nlohmann::json> lines);

  /// Writes a file into the run's folder, where `name` may begin with a folder of its own, and
  /// returns once it is on the disk: a line appended later can name it.
  /// @throws ResultsError
  void put(const std::filesystem::path& name, const std::string& content) const;

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

 private:
  void lock(const std::filesystem::path& path);

  std::filesystem::path folder_;
  int file_ = -1;
  std::uint64_t size_ = 0;  ///< bytes of complete lines
};

}  // namespace ndbench
