#pragma once

#include <string>
#include <vector>

#include "core/gate_findings.h"

namespace SQLite {
class Database;
}

namespace ndbench {

/// A run in the database of results.
struct JudgedRun {
  std::string run;      ///< its id
  std::string started;  ///< UTC
  std::string suite;    ///< its name
  std::string suite_hash;
  std::string suite_file;
  std::string commit;
  std::string host;
};

/// The run whose id begins with `digits`; the newest of all without any.
/// @throws UsageError if there is none, or `digits` fit to several.
[[nodiscard]] JudgedRun find_run(SQLite::Database& database, const std::string& digits);

/// Of every benchmark of the run, with the runs of the same suite before it on the same target:
/// times of those with kFewestForNight replicas or more, and results.
[[nodiscard]] std::vector<History> histories_of(SQLite::Database& database, const JudgedRun& run);

/// Of every benchmark in mode fixed of which two replicas or more ended in one state, there and
/// then.
[[nodiscard]] std::vector<StateHistory> states_of(SQLite::Database& database, const JudgedRun& run);

}  // namespace ndbench
