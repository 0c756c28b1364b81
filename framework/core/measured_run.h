#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/machine.h"
#include "core/parity.h"
#include "core/plan.h"
#include "core/record.h"
#include "core/summary.h"

namespace ndbench {

/// A run as its folder holds it, with all that is derived from it.
struct MeasuredRun {
  std::filesystem::path folder;
  nlohmann::json header{};  ///< run_header(): id, suite, command, plugins, provenance
  bool is_complete = false;
  Machine machine{};              ///< that it was measured on
  Plan plan{};                    ///< all cells of its suite
  std::vector<Record> records{};  ///< by cell in the plan's order, then by replica
  std::vector<Parity> parities{};
  Summary summary{};
  std::vector<std::string> place_flags{};  ///< as of run_header.h

  [[nodiscard]] std::string id() const;                    ///< 32 hexadecimal digits
  [[nodiscard]] std::string started() const;               ///< UTC: "2026-11-21T22:50:01Z"
  [[nodiscard]] std::string suite() const;                 ///< its name
  [[nodiscard]] std::string command() const;               ///< what the user typed
  [[nodiscard]] std::string commit() const;                ///< that ndbench was built from
  [[nodiscard]] std::vector<std::string> planned() const;  ///< benchmarks that it was to measure

  /// The command that measures the benchmark of that name, or group of benchmarks, again.
  [[nodiscard]] std::string command_for(const std::string& name) const;
};

/// Reads the journal, the side files that it names, and the suite that is kept beside it.
/// @throws ndbench::Error naming what is missing or damaged.
[[nodiscard]] MeasuredRun load_run(const std::filesystem::path& folder);

/// The folder of the run that `name` stands for: a path, the name of a folder below `results`, or
/// the first digits of a run's id; "" for the newest below `results`.
/// @throws UsageError if there is none, or the digits fit to several.
[[nodiscard]] std::filesystem::path find_run_folder(const std::filesystem::path& results,
                                                    const std::string& name);

}  // namespace ndbench
