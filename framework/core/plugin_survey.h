#pragma once

#include <filesystem>
#include <vector>

#include "core/plugin_file.h"
#include "core/worker.h"

namespace ndbench {

/// A plugin that lies in the plugin path, and what it says of itself.
struct SurveyedPlugin {
  PluginFile file;
  Outcome outcome;  ///< passed, or why it cannot be used
  Description description;
};

/// Lets a worker each describe every plugin in the folders, models first, then by name. Of two of
/// one kind and name the first in the path counts, as in a run.
[[nodiscard]] std::vector<SurveyedPlugin> survey_plugins(
    const std::vector<std::filesystem::path>& plugin_path, const StartWorker& start_worker);

}  // namespace ndbench
