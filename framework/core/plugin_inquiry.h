#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "core/plugin_file.h"
#include "core/worker.h"

namespace ndbench {

/// A plugin that was looked for, and what it says of itself.
struct DescribedPlugin {
  PluginFile file;
  Outcome outcome;  ///< passed, or why it cannot be used
  Description description{};
};

/// How plugins are asked.
struct InquiryOptions {
  std::size_t at_once = 4;  ///< a hundred loading LibTorch together would not answer in time
  int retries = 0;          ///< how often another worker is asked where one was lost
  std::function<void(const DescribedPlugin&)> on_retry{};  ///< with what became of the lost one
};

/// Lets a worker each describe the plugins that were found, in their order.
[[nodiscard]] std::vector<DescribedPlugin> describe_plugins(std::vector<PluginSearch> found,
                                                            const StartWorker& start_worker,
                                                            const InquiryOptions& options);

}  // namespace ndbench
