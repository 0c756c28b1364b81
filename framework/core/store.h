#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "core/journal.h"

namespace SQLite {
class Database;
class Exception;
}  // namespace SQLite

namespace ndbench {

/// The database's file in a folder of results.
inline constexpr char kStoreFile[] = "ndbench.db";

/// The database is damaged. Nothing is lost by that: it can be built again from the journals.
class StoreDamage : public ResultsError {
 public:
  using ResultsError::ResultsError;
};

/// The index of a folder of results, in SQLite: what the journals say, to be asked questions. The
/// journals are what counts; store.md describes tables and views.
///
/// Any number of processes may open it at once. What would have them wait for longer than kPatience
/// is an error, never what SQLite calls a locked database.
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
  int folder_ = -1;  ///< locked as long as the database is open
  std::unique_ptr<SQLite::Database> database_;
};

/// Opens the database to read it only.
/// @throws StoreDamage, ResultsError
[[nodiscard]] std::unique_ptr<SQLite::Database> open_store_to_read(
    const std::filesystem::path& results);

/// What of SQLite went wrong, as an error of ours.
/// @throws StoreDamage, ResultsError
[[noreturn]] void throw_store_error(const std::filesystem::path& file,
                                    const SQLite::Exception& error);

/// Renames a damaged database to ndbench.db.bad-<n>, once nobody has it open.
/// @return its new path; "" if by then there is no damage, as another process was faster.
/// @throws ResultsError
[[nodiscard]] std::filesystem::path set_damaged_store_aside(const std::filesystem::path& results);

}  // namespace ndbench
