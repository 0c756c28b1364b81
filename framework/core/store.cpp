#include "core/store.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cctype>
#include <cstring>

#include "core/file_system.h"
#include "core/migration.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

void check_file_system(const fs::path& results) {
  const std::string_view name = network_file_system_of(results);
  if (name.empty()) return;
  throw ResultsError(
      fmt::format("'{}' lies on {}, where SQLite's write-ahead log does not work; index it from a "
                  "folder on a local disk: ndbench ingest --results=LOCAL {}",
                  results.string(), name, results.string()));
}

void look_for_damage(SQLite::Database& database, const fs::path& file) {
  const std::string found = database.execAndGet("PRAGMA quick_check(1)").getString();
  if (found != "ok") {
    throw StoreDamage(fmt::format("'{}' is damaged: {}", file.string(), found));
  }
}

}  // namespace

Store::Store(const fs::path& results)
    : file_(results / kStoreFile), lock_(results, StoreLock::Kind::kShared) {
  check_file_system(results);
  check_store_header(file_);
  attempt([&] { open(); });
}

Store::~Store() = default;

void Store::open() {
  database_ = std::make_unique<SQLite::Database>(
      file_.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_NOFOLLOW);
  set_up_connection(*database_);
  check_store_owner(*database_, file_);  // before anything is changed
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
  check_store_header(file);
  const auto open = [&](const std::string& name, int flags) {
    auto database = std::make_unique<SQLite::Database>(name, SQLite::OPEN_READONLY | flags);
    set_up_connection(*database);
    if (check_store_owner(*database, file) ||
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
    const bool is_written_by_none =
        access(results.c_str(), W_OK) != 0 && !fs::exists(file.string() + "-wal", error);
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

}  // namespace ndbench
