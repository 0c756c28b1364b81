#pragma once

#include <functional>
#include <span>
#include <string>

#include "core/store_schema.h"

namespace SQLite {
class Database;
}

namespace ndbench {

/// The version of a database's schema: 0 before the first step.
[[nodiscard]] int schema_version(SQLite::Database& database);

/// Takes a database to the version that has as many `steps`: each step is one transaction, so that
/// whatever ends the process leaves the version before it or the one after. Others may do the same
/// at once.
///
/// @param before  is called before each statement of a step, with it.
/// @throws SQLite::Exception
void migrate(SQLite::Database& database, std::span<const SchemaStep> steps,
             const std::function<void(const std::string& statement)>& before = {});

}  // namespace ndbench
