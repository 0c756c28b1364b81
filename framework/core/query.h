#pragma once

#include <filesystem>
#include <string>

#include "core/exit_code.h"

namespace ndbench {

/// What `ndbench query` was asked.
struct QueryOptions {
  std::filesystem::path results = "ndbench_results";
  bool json = false;    ///< else CSV
  std::string query{};  ///< SQL or the name of a view; "" lists the views
};

/// Prints what the database answers on stdout, row by row as it comes. Nothing can be written by a
/// query.
/// @throws UsageError with the place of a mistake in SQL; ResultsError
[[nodiscard]] ExitCode query(const QueryOptions& options);

}  // namespace ndbench
