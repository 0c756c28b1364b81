#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "core/parity.h"
#include "core/plan.h"
#include "core/record.h"

namespace ndbench {

/// A run as its journal tells, whether or not it came to its end.
struct RecordedRun {
  std::filesystem::path folder;
  std::uint64_t bytes = 0;  ///< of the journal that count
  nlohmann::json header{};  ///< run_header() of then
  std::vector<nlohmann::json> records{};
  std::vector<nlohmann::json> parities{};
  bool is_complete = false;  ///< it came to its end

  /// The side files that its records name.
  [[nodiscard]] std::set<std::string> side_files() const;
};

/// @throws ndbench::Error naming file and line if the journal is damaged or is not of a run.
[[nodiscard]] RecordedRun read_run(const std::filesystem::path& folder);

/// Its records with their side files, and its checks of parity.
/// @throws ndbench::Error naming what is damaged or not of this plan.
[[nodiscard]] std::vector<Record> records_of(const RecordedRun& run, const Plan& plan);
[[nodiscard]] std::vector<Parity> parities_of(const RecordedRun& run);

/// Calls `read`, which reads the lines of `run`; what it throws names the journal then.
/// @throws ndbench::Error
void read_journal_of(const RecordedRun& run, const std::function<void()>& read);

}  // namespace ndbench
