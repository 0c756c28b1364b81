#pragma once

#include <filesystem>

#include "core/durable_file.h"

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

/// What of SQLite went wrong, as an error of ours.
/// @throws StoreDamage, ResultsError
[[noreturn]] void throw_store_error(const std::filesystem::path& file,
                                    const SQLite::Exception& error);

/// Tells from a file's beginning that it is no database, before SQLite may change it. An empty one
/// is: a kill can leave that.
/// @throws StoreDamage
void check_store_header(const std::filesystem::path& file);

/// Tells whose database it is.
/// @return whether it is new: has nothing in it.
/// @throws ResultsError for another program's, and for a newer version.
bool check_store_owner(SQLite::Database& database, const std::filesystem::path& file);

/// Prepares a connection: to wait for others, to run no code that a file says, to check what it
/// reads, to keep little of it in memory.
void set_up_connection(SQLite::Database& database);

/// A lock on a folder of results: those who use its database share it, who replaces that file has
/// it alone.
class StoreLock {
 public:
  enum class Kind { kShared, kAlone };

  /// Waits until it is free.
  /// @throws ResultsError
  StoreLock(const std::filesystem::path& results, Kind kind);
  ~StoreLock();
  StoreLock(const StoreLock&) = delete;
  StoreLock& operator=(const StoreLock&) = delete;

  /// Makes the names in the folder durable.
  /// @throws ResultsError
  void synchronize() const;

 private:
  std::filesystem::path results_;
  int folder_ = -1;
};

}  // namespace ndbench
