#include "core/store_file.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <thread>

#include "core/migration.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

/// How long a process waits for others that write. A transaction takes as long as a fragment.
constexpr std::chrono::minutes kPatience{10};
/// Pages of the database in memory: keeps a process that indexes a million rows below 100 MB.
constexpr int kCacheKilobytes = 24 * 1024;

[[noreturn]] void fail(const std::string& what, const fs::path& path, int error) {
  throw ResultsError(fmt::format("cannot {} '{}': {}", what, path.string(), std::strerror(error)));
}

/// SQLite's own waits grow to a tenth of a second, in which others come first again and again.
int wait_for_others(void* /*unused*/, int times) {
  constexpr std::chrono::milliseconds kPause{3};
  if (times * kPause > kPatience) return 0;
  std::this_thread::sleep_for(kPause);
  return 1;
}

}  // namespace

void throw_store_error(const fs::path& file, const SQLite::Exception& error) {
  const int code = error.getErrorCode() & 0xff;
  if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB) {
    throw StoreDamage(fmt::format("'{}' is damaged: {}", file.string(), error.what()));
  }
  if (code == SQLITE_BUSY || code == SQLITE_LOCKED) {
    throw ResultsError(
        fmt::format("'{}': other processes wrote to it for {} minutes without a break; try again "
                    "when they are done",
                    file.string(), kPatience.count()));
  }
  throw ResultsError(fmt::format("'{}': {}; {}", file.string(), error.what(),
                                 code == SQLITE_FULL
                                     ? "make room there, or choose another folder (--results)"
                                     : "it has to be a plain file, in a folder that this user may "
                                       "write to, on a disk that works"));
}

void check_store_header(const fs::path& file) {
  constexpr std::string_view kMagic{"SQLite format 3\0", 16};
  std::error_code error;
  const auto size = fs::file_size(file, error);
  if (error || size == 0) return;
  std::array<char, kMagic.size()> start{};
  std::ifstream stream(file, std::ios::binary);
  stream.read(start.data(), start.size());
  if (stream.gcount() == static_cast<std::streamsize>(start.size()) &&
      std::string_view(start.data(), start.size()) == kMagic) {
    return;
  }
  throw StoreDamage(fmt::format("'{}' is no SQLite database", file.string()));
}

bool check_store_owner(SQLite::Database& database, const fs::path& file) {
  const int application = database.execAndGet("PRAGMA application_id").getInt();
  const int version = schema_version(database);
  const int newest = static_cast<int>(schema_steps().size());
  if (application == 0 && version == 0 &&
      database.execAndGet("SELECT count(*) FROM sqlite_schema").getInt() == 0) {
    return true;
  }
  if (application != kStoreApplication) {
    throw ResultsError(
        fmt::format("'{}' is another program's database; move it away or choose another folder "
                    "(--results)",
                    file.string()));
  }
  if (version > newest) {
    throw ResultsError(
        fmt::format("'{}' has schema version {}, this program knows up to {}; use a newer ndbench, "
                    "or another folder (--results): it was left as it is",
                    file.string(), version, newest));
  }
  return false;
}

void set_up_connection(SQLite::Database& database) {
  sqlite3_extended_result_codes(database.getHandle(), 1);
  sqlite3_busy_handler(database.getHandle(), wait_for_others, nullptr);
  // What a file says must not run code.
  sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  database.exec("PRAGMA trusted_schema = OFF");
  database.exec("PRAGMA cell_size_check = ON");
  database.exec("PRAGMA foreign_keys = ON");
  database.exec(fmt::format("PRAGMA cache_size = -{}", kCacheKilobytes));
}

StoreLock::StoreLock(const fs::path& results, Kind kind)
    : results_(results), folder_(open(results.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (folder_ < 0) fail("open the folder", results, errno);
  while (flock(folder_, kind == Kind::kShared ? LOCK_SH : LOCK_EX) != 0) {
    if (errno == EINTR) continue;
    const int error = errno;
    close(folder_);
    fail("lock the folder", results, error);
  }
}

StoreLock::~StoreLock() { close(folder_); }

void StoreLock::synchronize() const {
  if (fsync(folder_) != 0) fail("synchronize", results_, errno);
}

}  // namespace ndbench
