#include "core/query.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <vector>

#include "core/fragment.h"
#include "core/printable.h"
#include "core/query_output.h"
#include "core/spelling.h"
#include "core/standard_output.h"
#include "core/store.h"
#include "core/store_schema.h"
#include "core/usage_error.h"

namespace ndbench {
namespace {

/// No text, blob or row of an answer may be longer.
constexpr int kLongestValue = 64 << 20;
/// Rows are few bytes, and a write is a call into the kernel.
constexpr std::size_t kPiece = std::size_t{1} << 16;

/// Reading, and nothing else: no other files, no settings, no code.
int authorize(void* /*unused*/, int action, const char* first, const char* second,
              const char* /*unused*/, const char* /*unused*/) {
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
      return SQLITE_OK;
    case SQLITE_FUNCTION:
      return second != nullptr && sqlite3_stricmp(second, "load_extension") == 0 ? SQLITE_DENY
                                                                                 : SQLITE_OK;
    case SQLITE_PRAGMA: {
      // What tells how the tables look. With an argument others would set something.
      constexpr std::string_view kTelling[]{"table_info", "table_xinfo", "index_list", "index_info",
                                            "table_list"};
      return std::find(std::begin(kTelling), std::end(kTelling), std::string_view(first)) !=
                     std::end(kTelling)
                 ? SQLITE_OK
                 : SQLITE_DENY;
    }
    default:
      return SQLITE_DENY;
  }
}

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Prepared = std::unique_ptr<sqlite3_stmt, Finalize>;

/// The message of SQLite, with the place in what the user typed.
[[noreturn]] void refuse(SQLite::Database& database, const std::string& sql) {
  sqlite3* const handle = database.getHandle();
  if (sqlite3_errcode(handle) == SQLITE_AUTH) {
    throw UsageError(fmt::format("SQL: {}: a query can read, and nothing else",
                                 printable(sqlite3_errmsg(handle), 400)));
  }
  const int offset = sqlite3_error_offset(handle);
  std::string place;
  if (offset >= 0 && static_cast<std::size_t>(offset) <= sql.size()) {
    place =
        fmt::format(", at byte {}: '{}'", offset + 1,
                    printable(std::string_view(sql).substr(static_cast<std::size_t>(offset)), 40));
  }
  const std::string message = printable(sqlite3_errmsg(handle), 400);
  constexpr std::string_view kNoTable = "no such table: ";
  if (message.starts_with(kNoTable)) {
    std::vector<std::string> views;
    for (const StoreView& view : store_views()) views.emplace_back(view.name);
    throw UsageError(fmt::format("SQL: {}{}; ndbench query without SQL lists the views", message,
                                 did_you_mean(message.substr(kNoTable.size()), views)));
  }
  throw UsageError(fmt::format("SQL: {}{}", message, place));
}

Prepared prepare(SQLite::Database& database, const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  const char* rest = nullptr;
  const int code = sqlite3_prepare_v2(database.getHandle(), sql.c_str(),
                                      static_cast<int>(sql.size()) + 1, &statement, &rest);
  Prepared prepared(statement);
  const int kind = code & 0xff;
  if (kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB || kind == SQLITE_IOERR) {
    throw SQLite::Exception(database.getHandle(), code);
  }
  if (code != SQLITE_OK) refuse(database, sql);
  if (!prepared) throw UsageError("SQL: there is no statement in it; see ndbench query --help");
  // A comment or a semicolon may follow, another statement may not.
  sqlite3_stmt* another = nullptr;
  const int again = sqlite3_prepare_v2(database.getHandle(), rest, -1, &another, nullptr);
  const Prepared second(another);
  if (again != SQLITE_OK || second) {
    throw UsageError(fmt::format("SQL: one statement at a time, but '{}' follows the first",
                                 printable(rest, 40)));
  }
  if (sqlite3_stmt_readonly(statement) == 0) {
    throw UsageError("SQL: a query can read, and nothing else");
  }
  return prepared;
}

QueryCell cell_of(sqlite3_stmt* statement, int column) {
  const auto bytes = [&](const void* data) {
    return std::string_view(static_cast<const char*>(data),
                            static_cast<std::size_t>(sqlite3_column_bytes(statement, column)));
  };
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
      return std::int64_t{sqlite3_column_int64(statement, column)};
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, column);
    case SQLITE_TEXT:
      return bytes(sqlite3_column_text(statement, column));
    case SQLITE_BLOB:
      return Blob{bytes(sqlite3_column_blob(statement, column))};
    default:
      return {};
  }
}

/// Prints all rows; only a piece of the answer is in memory.
void answer(SQLite::Database& database, const std::string& sql, bool json) {
  const Prepared prepared = prepare(database, sql);
  sqlite3_stmt* const statement = prepared.get();
  std::vector<std::string> columns;
  for (int column = 0; column < sqlite3_column_count(statement); ++column) {
    columns.emplace_back(sqlite3_column_name(statement, column));
  }
  std::string piece;
  const auto sink = [&piece](std::string_view text) {
    piece += text;
    if (piece.size() < kPiece) return;
    write_stdout(piece);
    piece.clear();
  };
  // The first row before the first byte: what cannot be answered at all prints nothing.
  int code = sqlite3_step(statement);
  const std::unique_ptr<QueryOutput> output = json && (code == SQLITE_ROW || code == SQLITE_DONE)
                                                  ? make_json_query_output(columns, sink)
                                                  : make_csv_query_output(columns, sink);
  std::vector<QueryCell> cells(columns.size());
  for (; code == SQLITE_ROW; code = sqlite3_step(statement)) {
    for (std::size_t column = 0; column < cells.size(); ++column) {
      cells[column] = cell_of(statement, static_cast<int>(column));
    }
    output->row(cells);
  }
  if (code != SQLITE_DONE) {
    const int kind = code & 0xff;
    if (kind == SQLITE_ERROR || kind == SQLITE_TOOBIG || kind == SQLITE_MISMATCH) {
      refuse(database, sql);
    }
    throw SQLite::Exception(database.getHandle(), code);
  }
  output->end();
  write_stdout(piece);
}

/// A view or table by its name, or else SQL as it stands.
std::string sql_of(const std::string& query) {
  const bool is_word =
      !query.empty() && std::all_of(query.begin(), query.end(), [](char character) {
        return std::isalnum(static_cast<unsigned char>(character)) != 0 || character == '_';
      });
  return is_word ? fmt::format("SELECT * FROM \"{}\"", query) : query;
}

std::string view_list() {
  std::string text;
  for (const StoreView& view : store_views()) {
    text += fmt::format("{:<16} {}\n", view.name, view.summary);
  }
  return text;
}

void say_what_is_missing(SQLite::Database& database, const std::filesystem::path& results) {
  SQLite::Statement known(database,
                          "SELECT 1 FROM fragment WHERE name = ? AND file_bytes = ? AND "
                          "file_modified = ?");
  std::size_t missing = 0;
  for (const Fragment& fragment : fragments_in(results)) {
    known.bind(1, fragment.name());
    known.bind(2, static_cast<std::int64_t>(fragment.bytes));
    known.bind(3, fragment.modified);
    if (!known.executeStep()) ++missing;
    known.reset();
  }
  if (missing == 0) return;
  std::fputs(fmt::format("ndbench: {} of the runs in '{}' are not in the database, or not to their "
                         "end: ndbench ingest --results={} adds them\n",
                         missing, printable(results.string(), std::string::npos),
                         printable(results.string(), std::string::npos))
                 .c_str(),
             stderr);
}

}  // namespace

ExitCode query(const QueryOptions& options) {
  if (options.query.empty()) {
    write_stdout(view_list());
    return ExitCode::kOk;
  }
  const std::unique_ptr<SQLite::Database> database = open_store_to_read(options.results);
  try {
    say_what_is_missing(*database, options.results);
    sqlite3_limit(database->getHandle(), SQLITE_LIMIT_LENGTH, kLongestValue);
    sqlite3_set_authorizer(database->getHandle(), authorize, nullptr);
    answer(*database, sql_of(options.query), options.json);
  } catch (const SQLite::Exception& error) {
    throw_store_error(options.results / kStoreFile, error);
  }
  return ExitCode::kOk;
}

}  // namespace ndbench
