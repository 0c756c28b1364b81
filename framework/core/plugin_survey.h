#pragma once

#include <filesystem>
#include <vector>

#include "core/plugin_inquiry.h"

namespace ndbench {

/// Lets a worker each describe every plugin in the folders, models first, then by name. Of two of
/// one kind and name the first in the path counts, as in a run.
[[nodiscard]] std::vector<DescribedPlugin> survey_plugins(
    const std::vector<std::filesystem::path>& plugin_path, const StartWorker& start_worker);

}  // namespace ndbench
