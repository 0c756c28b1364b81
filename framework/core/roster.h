#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/plan.h"
#include "core/plugin_inquiry.h"

namespace ndbench {

/// A plugin as the workers will use it, or why they cannot.
struct RosterEntry {
  PluginFile file;
  Parameters parameters;  ///< of a model: declared ones with the suite's values
  Outcome outcome;        ///< passed, or what becomes of every cell that needs this plugin
  std::vector<std::string> knobs{};  ///< of a backend
};

/// The plugins of a plan, known before anything is measured.
struct Roster {
  std::map<std::string, RosterEntry> models;    ///< by name in the suite
  std::map<std::string, RosterEntry> backends;  ///< by name in the suite

  /// passed, or the outcome that `cell` has without being tried.
  [[nodiscard]] Outcome outcome(const Cell& cell) const;
};

/// Finds every plugin of the plan and lets a worker each describe it, a few at once.
/// @throws ndbench::Error if the suite sets a parameter that the model does not accept.
[[nodiscard]] Roster inspect_plugins(const Plan& plan,
                                     const std::vector<std::filesystem::path>& plugin_path,
                                     const StartWorker& start_worker,
                                     const InquiryOptions& options = {});

}  // namespace ndbench
