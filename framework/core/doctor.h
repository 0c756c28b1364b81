#pragma once

#include <filesystem>
#include <string>

#include "core/exit_code.h"

namespace ndbench {

/// What `ndbench doctor` was asked.
struct DoctorOptions {
  double seconds = 3.0;  ///< to watch the host for
  bool json = false;
  std::string plugin_path;
  std::string data_path;
  std::filesystem::path results = "ndbench_results";
};

/// Watches the host, lets the plugins describe themselves, prints a diagnosis on stdout. Changes
/// nothing.
/// @return kOk if the host is fit, kHostUnfit, or the code of a signal.
/// @throws ResultsError if stdout cannot be written.
[[nodiscard]] ExitCode run_doctor(const DoctorOptions& options);

}  // namespace ndbench
