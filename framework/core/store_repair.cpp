#include "core/store_repair.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "core/store_file.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

/// @throws ResultsError where it cannot be told, or is not ours to judge.
bool is_damaged(const fs::path& file) {
  try {
    check_store_header(file);
    SQLite::Database database(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    set_up_connection(database);
    check_store_owner(database, file);
    const std::string found = database.execAndGet("PRAGMA integrity_check(1)").getString();
    return found != "ok";
  } catch (const StoreDamage&) {
    return true;
  } catch (const SQLite::Exception& error) {
    try {
      throw_store_error(file, error);
    } catch (const StoreDamage&) {
      return true;
    }
  }
}

/// The first free name.
fs::path free_name(const fs::path& file) {
  for (int number = 1;; ++number) {
    fs::path name = fmt::format("{}.bad-{}", file.string(), number);
    if (!fs::exists(fs::symlink_status(name))) return name;
  }
}

}  // namespace

fs::path set_damaged_store_aside(const fs::path& results) {
  const fs::path file = results / kStoreFile;
  const StoreLock lock(results, StoreLock::Kind::kAlone);
  if (!is_damaged(file)) return "";
  fs::path name = free_name(file);
  // The log first: left behind, it would be taken for the new database's.
  for (const char* suffix : {"-wal", "-shm", ""}) {
    const std::string part = file.string() + suffix;
    if (rename(part.c_str(), (name.string() + suffix).c_str()) == 0 || errno == ENOENT) continue;
    throw ResultsError(fmt::format("cannot rename '{}': {}", part, std::strerror(errno)));
  }
  lock.synchronize();
  return name;
}

}  // namespace ndbench
