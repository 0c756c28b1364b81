#include "worker/input_guard.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "worker/state_hash.h"

namespace ndbench {

InputGuard::InputGuard(const Task& task) : task_(task), hashes_(batch_hashes(task)) {}

std::vector<std::string> InputGuard::changed() const {
  const auto now = batch_hashes(task_);
  std::vector<std::string> names;
  for (const auto& hash : hashes_) {
    if (std::find(now.begin(), now.end(), hash) == now.end()) names.push_back(hash.first);
  }
  return names;
}

std::string changed_inputs_text(const std::vector<std::string>& names) {
  return fmt::format(
      "inputs changed during a training step: '{}' held other values once backward had run than "
      "before forward, so the gradients may be of other inputs than the loss: software difference; "
      "give each step a batch of its own, and copy what is re-used",
      fmt::join(names, "', '"));
}

}  // namespace ndbench
