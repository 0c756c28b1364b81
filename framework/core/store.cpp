#include "core/store.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
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

#include "core/file_system.h"
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

void be_patient(SQLite::Database& database) {
  sqlite3_busy_handler(database.getHandle(), wait_for_others, nullptr);
}

void set_up(SQLite::Database& database) {
  sqlite3_extended_result_codes(database.getHandle(), 1);
  be_patient(database);
  // What a file says must not run code.
  sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  database.exec("PRAGMA trusted_schema = OFF");
  database.exec("PRAGMA cell_size_check = ON");
  database.exec("PRAGMA foreign_keys = ON");
  database.exec(fmt::format("PRAGMA cache_size = -{}", kCacheKilobytes));
}

/// A file that ends within its first page was never written by SQLite, unless it is empty: a kill
/// can leave that. To be told before SQLite may change it.
void check_header(const fs::path& file) {
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

/// @return whether it is new: has nothing in it.
bool check_owner(SQLite::Database& database, const fs::path& file) {
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

void check_file_system(const fs::path& results) {
  const std::string_view name = network_file_system_of(results);
  if (name.empty()) return;
  throw ResultsError(
      fmt::format("'{}' lies on {}, where SQLite's write-ahead log does not work; index it from a "
                  "folder on a local disk: ndbench ingest --results=LOCAL {}",
                  results.string(), name, results.string()));
}

int open_folder(const fs::path& results) {
  const int folder = ::open(results.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) fail("open the folder", results, errno);
  return folder;
}

void lock(int folder, int how, const fs::path& results) {
  while (flock(folder, how) != 0) {
    if (errno == EINTR) continue;
    const int error = errno;
    close(folder);
    fail("lock the folder", results, error);
  }
}

void look_for_damage(SQLite::Database& database, const fs::path& file) {
  const std::string found = database.execAndGet("PRAGMA quick_check(1)").getString();
  if (found != "ok") {
    throw StoreDamage(fmt::format("'{}' is damaged: {}", file.string(), found));
  }
}

/// @throws ResultsError where it cannot be told, or is not ours to judge.
bool is_damaged(const fs::path& file) {
  try {
    check_header(file);
    SQLite::Database database(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    set_up(database);
    check_owner(database, file);
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
  throw ResultsError(fmt::format("'{}': {}; make room there, or choose another folder (--results)",
                                 file.string(), error.what()));
}

Store::Store(const fs::path& results) : file_(results / kStoreFile), folder_(open_folder(results)) {
  try {
    check_file_system(results);
    lock(folder_, LOCK_SH, results);
    check_header(file_);
    attempt([&] { open(); });
  } catch (...) {
    database_.reset();
    close(folder_);
    throw;
  }
}

Store::~Store() {
  database_.reset();
  close(folder_);
}

void Store::open() {
  database_ = std::make_unique<SQLite::Database>(
      file_.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_NOFOLLOW);
  set_up(*database_);
  check_owner(*database_, file_);  // before anything is changed
  const std::string mode = database_->execAndGet("PRAGMA journal_mode = WAL").getString();
  if (mode != "wal") {
    throw ResultsError(
        fmt::format("'{}': SQLite's write-ahead log does not work on this file system; index the "
                    "results from a folder on a local disk (ndbench ingest --results=LOCAL {})",
                    file_.string(), file_.parent_path().string()));
  }
  database_->exec("PRAGMA synchronous = FULL");
  migrate(*database_, schema_steps());
}

void Store::check() {
  attempt([&] { look_for_damage(*database_, file_); });
}

void Store::attempt(const std::function<void()>& step) const {
  try {
    step();
  } catch (const SQLite::Exception& error) {
    throw_store_error(file_, error);
  }
}

std::unique_ptr<SQLite::Database> open_store_to_read(const fs::path& results) {
  const fs::path file = results / kStoreFile;
  std::error_code error;
  if (!fs::exists(file, error)) {
    throw ResultsError(
        fmt::format("'{}': no such file; ndbench ingest --results={} makes it of the results there",
                    file.string(), results.string()));
  }
  check_header(file);
  const auto open = [&](const std::string& name, int flags) {
    auto database = std::make_unique<SQLite::Database>(name, SQLite::OPEN_READONLY | flags);
    set_up(*database);
    if (check_owner(*database, file) ||
        schema_version(*database) < static_cast<int>(schema_steps().size())) {
      throw ResultsError(fmt::format(
          "'{}' is of an older ndbench, or empty; ndbench ingest --results={} brings it up to date",
          file.string(), results.string()));
    }
    database->exec("PRAGMA query_only = ON");
    return database;
  };
  try {
    return open(file.string(), SQLite::OPEN_NOFOLLOW);
  } catch (const SQLite::Exception& problem) {
    // Where nothing may be written the log's index cannot be made; with no log, none is needed.
    const bool is_written_by_none = (problem.getErrorCode() & 0xff) == SQLITE_CANTOPEN &&
                                    access(results.c_str(), W_OK) != 0 &&
                                    !fs::exists(file.string() + "-wal", error);
    if (!is_written_by_none) throw_store_error(file, problem);
  }
  std::string uri = "file:";
  for (const char character : fs::absolute(file).string()) {
    const bool is_plain = std::isalnum(static_cast<unsigned char>(character)) != 0 ||
                          std::strchr("/-._~", character) != nullptr;
    uri += is_plain ? std::string(1, character)
                    : fmt::format("%{:02x}", static_cast<unsigned char>(character));
  }
  try {
    return open(uri + "?immutable=1", SQLite::OPEN_URI);
  } catch (const SQLite::Exception& problem) {
    throw_store_error(file, problem);
  }
}

fs::path set_damaged_store_aside(const fs::path& results) {
  const fs::path file = results / kStoreFile;
  const int folder = open_folder(results);
  lock(folder, LOCK_EX, results);
  const auto done = [&](const fs::path& path) {
    close(folder);
    return path;
  };
  try {
    if (!is_damaged(file)) return done("");
  } catch (...) {
    close(folder);
    throw;
  }
  const fs::path name = free_name(file);
  // The log first: left behind, it would be taken for the new database's.
  for (const char* suffix : {"-wal", "-shm", ""}) {
    if (rename((file.string() + suffix).c_str(), (name.string() + suffix).c_str()) == 0) continue;
    const int error = errno;
    if (error == ENOENT) continue;
    close(folder);
    fail("rename", file.string() + suffix, error);
  }
  if (fsync(folder) != 0) {
    const int error = errno;
    close(folder);
    fail("synchronize", results, error);
  }
  return done(name);
}

}  // namespace ndbench
