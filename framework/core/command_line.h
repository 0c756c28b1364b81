#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/host_lock.h"
#include "core/output.h"
#include "core/plan.h"
#include "core/usage_error.h"

namespace ndbench {

enum class Colour { kAuto, kAlways, kNever };

/// What the user typed, defaults filled in.
struct CommandLine {
  std::optional<std::string> answer;  ///< --help, --version: print this and do no more

  std::string suite = "default";  ///< a file, or the name of a suite that comes with ndbench
  std::filesystem::path results = "ndbench_results";
  std::string plugin_path;
  std::string data_path;
  HostSharing host_sharing = HostSharing::kRefuse;
  double timeout_seconds = 600.0;  ///< for one request to a worker: a load, a block, an epoch
  int jobs = 1;                    ///< epoch replicas that run side by side

  std::optional<std::string> resume;  ///< an interrupted run to go on with; "" for the newest

  std::string filter;
  bool list_tests = false;
  Limits limits;
  Format format = Format::kConsole;
  std::optional<std::filesystem::path> out;
  Format out_format = Format::kJson;
  OutputStyle style;
  Colour colour = Colour::kAuto;
  bool report_aggregates_only = false;
  bool display_aggregates_only = false;
  bool random_interleaving = false;
  int verbosity = 0;
  std::map<std::string, std::string> context;
};

/// Reads flags, and for those of Google Benchmark the BENCHMARK_* variables, which flags override.
/// @throws UsageError
[[nodiscard]] CommandLine parse_command_line(const std::vector<std::string>& arguments);

}  // namespace ndbench
