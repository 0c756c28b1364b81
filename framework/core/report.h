#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/exit_code.h"
#include "core/gate_findings.h"
#include "core/measured_run.h"

namespace ndbench {

/// What a report tells: a run, and how its benchmarks fared in the runs before it.
struct Report {
  MeasuredRun run;
  std::vector<History> histories{};  ///< of times and results, up to this run; a year of nights
  std::vector<Finding> findings{};   ///< the gate's, from the runs alone: worst first
  std::string no_histories{};        ///< why there are none; "" where there are
};

/// A form that a report is written in.
struct ReportFormat {
  std::string_view name;     ///< as --format spells it
  std::string_view summary;  ///< a line for --help and the documentation
  std::string (*write)(const Report& report);
  bool has_histories = false;  ///< whether it tells those, which take a database
};
[[nodiscard]] std::span<const ReportFormat> report_formats();

/// The run in that folder with its histories from the database beside the folder. That there is no
/// such database, that it cannot be read or lacks the run is told by Report::no_histories.
/// @throws ResultsError naming what of the run is missing or damaged.
[[nodiscard]] Report load_report(const std::filesystem::path& folder);

struct ReportOptions {
  std::filesystem::path results = "ndbench_results";
  std::string run;  ///< as find_run_folder() takes it
  std::string format = "html";
  std::optional<std::filesystem::path> out;  ///< stdout without
};

/// @throws UsageError, ResultsError
ExitCode write_report(const ReportOptions& options);

}  // namespace ndbench
