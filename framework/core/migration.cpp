#include "core/migration.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <fmt/format.h>

namespace ndbench {

int schema_version(SQLite::Database& database) {
  return database.execAndGet("PRAGMA user_version").getInt();
}

void migrate(SQLite::Database& database, std::span<const SchemaStep> steps,
             const std::function<void(const std::string& statement)>& before) {
  const auto execute = [&](const std::string& statement) {
    if (before) before(statement);
    database.exec(statement);
  };
  while (schema_version(database) < static_cast<int>(steps.size())) {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    // Another process may have been faster.
    const int version = schema_version(database);
    if (version >= static_cast<int>(steps.size())) break;
    for (const std::string& statement : steps[static_cast<std::size_t>(version)]) {
      execute(statement);
    }
    execute(fmt::format("PRAGMA user_version = {}", version + 1));
    transaction.commit();
  }
}

}  // namespace ndbench
