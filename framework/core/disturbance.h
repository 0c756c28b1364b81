#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "core/record.h"

namespace ndbench {

/// How much of what was measured something else disturbed.
struct Disturbance {
  bool are_epochs = false;    ///< the blocks: each is an epoch, and not measured again
  std::size_t blocks = 0;     ///< of every mode by itself
  std::size_t disturbed = 0;  ///< when they were first measured
  std::size_t still = 0;      ///< in what was kept in the end
  std::string reason{};       ///< of the first that was disturbed

  /// "3 of 24 blocks disturbed (another process used 0.9 cores) and measured again; 1 still
  /// disturbed", "2 of 6 epochs disturbed (…); epochs are not measured again"; "" if none was.
  [[nodiscard]] std::string text() const;
};

[[nodiscard]] Disturbance disturbance_in(std::span<const Record* const> records);

}  // namespace ndbench
