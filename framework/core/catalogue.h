#pragma once

#include <string>
#include <vector>

#include "core/exit_code.h"

namespace ndbench {

/// A line of the list.
struct CatalogueEntry {
  std::string kind;  ///< model, backend or suite
  std::string name;
  std::string summary;
  std::string unavailable{};  ///< why it cannot be used here; "" if it can
};

/// A line each, or an array of objects; whatever plugins and files are called.
[[nodiscard]] std::string text_of(const std::vector<CatalogueEntry>& entries);
[[nodiscard]] std::string json_of(const std::vector<CatalogueEntry>& entries);

/// What `ndbench list` was asked.
struct CatalogueOptions {
  bool json = false;
  std::string plugin_path;
};

/// Prints the models, backends and suites that are found, each with a summary, on stdout.
/// @return kOk, or the code of a signal. A plugin that is refused is listed with the reason.
/// @throws ResultsError if stdout cannot be written.
[[nodiscard]] ExitCode print_catalogue(const CatalogueOptions& options);

}  // namespace ndbench
