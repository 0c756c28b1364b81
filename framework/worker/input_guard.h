#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ndbench/model.h"

namespace ndbench {

/// Notices if the loaded batch changes under a training step.
///
/// The backward pass reads inputs again, or what was saved by reference to them: a batch that holds
/// other values by then gives gradients of something else than what the loss says.
class InputGuard {
 public:
  /// Hashes the batch: before train_step().
  explicit InputGuard(const Task& task);

  /// Hashes it again: when backward has run.
  /// @return the names of the tensors that hold other bits, or are not shown any more.
  [[nodiscard]] std::vector<std::string> changed() const;

 private:
  const Task& task_;
  std::vector<std::pair<std::string, std::string>> hashes_;
};

/// The sentence for tensors that changed.
[[nodiscard]] std::string changed_inputs_text(const std::vector<std::string>& names);

}  // namespace ndbench
