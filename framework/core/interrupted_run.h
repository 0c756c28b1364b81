#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "core/command_line.h"
#include "core/parity.h"
#include "core/plan.h"
#include "core/record.h"

namespace ndbench {

/// A run that did not come to its end, as its journal tells.
struct InterruptedRun {
  std::filesystem::path folder;
  std::uint64_t bytes = 0;  ///< of the journal that count
  nlohmann::json header{};  ///< run_header() of then
  std::vector<nlohmann::json> records{};
  std::vector<nlohmann::json> parities{};
  bool is_complete = false;  ///< it came to its end after all

  /// The side files that its records name.
  [[nodiscard]] std::set<std::string> side_files() const;
};

/// @throws ndbench::Error naming file and line if the journal is damaged or is not of a run.
[[nodiscard]] InterruptedRun read_run(const std::filesystem::path& folder);

/// The run that `name` stands for: a folder, or its name below `results`; "" for the newest one
/// below `results` that is not complete.
/// @throws UsageError if there is none, or it is complete.
[[nodiscard]] InterruptedRun find_interrupted_run(const std::filesystem::path& results,
                                                  const std::string& name);

/// The command line of the run, with how it is shown taken from `typed`: formats, files, colour,
/// --host_lock, --timeout. Makes the folder that the run was started in the current one.
/// @param arguments  as typed: what else they set must be as it was then.
/// @throws UsageError naming the flag that differs.
[[nodiscard]] CommandLine command_line_of(const InterruptedRun& run, const CommandLine& typed,
                                          const std::vector<std::string>& arguments);

/// Its records with their side files, and its checks of parity.
/// @throws ndbench::Error naming what is damaged or not of this plan.
[[nodiscard]] std::vector<Record> records_of(const InterruptedRun& run, const Plan& plan);
[[nodiscard]] std::vector<Parity> parities_of(const InterruptedRun& run);

}  // namespace ndbench
