#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "core/store_file.h"

namespace SQLite {
class Database;
}

namespace ndbench {

/// The index of a folder of results, in SQLite: what the journals say, to be asked questions. The
/// journals are what counts; store.md describes tables and views.
///
/// Any number of processes may open it at once. They wait for each other, for ten minutes if need
/// be.
class Store {
 public:
  /// Opens the database to write to it: creates it, or brings its schema up to date.
  /// @pre `results` is there.
  /// @throws StoreDamage; ResultsError naming file and reason: another program's, a newer
  ///         version, a file system on which it cannot work.
  explicit Store(const std::filesystem::path& results);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  [[nodiscard]] SQLite::Database& database() { return *database_; }

  /// Looks through the whole file.
  /// @throws StoreDamage
  void check();

  /// Carries out a step on the database.
  /// @throws StoreDamage, ResultsError in place of SQLite::Exception
  void attempt(const std::function<void()>& step) const;

 private:
  void open();

  std::filesystem::path file_;
  StoreLock lock_;
  std::unique_ptr<SQLite::Database> database_;
};

/// Opens the database to read it only.
/// @throws StoreDamage, ResultsError
[[nodiscard]] std::unique_ptr<SQLite::Database> open_store_to_read(
    const std::filesystem::path& results);

}  // namespace ndbench
