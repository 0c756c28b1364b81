#pragma once

#include <string>

#include "core/exit_code.h"

namespace ndbench {

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
