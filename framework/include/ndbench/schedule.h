#pragma once

#include <cstdint>
#include <vector>

#include "ndbench/error.h"

namespace ndbench {

/// The learning rate as a function of the epoch, counted in fractions.
///
/// A linear warm-up reaches `base` after `warmup_epochs`; then the rate is `base` times
///   constant  1
///   step      factor^(milestones that have been reached)
///   cosine    (1 + cos(pi t)) / 2, where t goes from 0 at the end of the warm-up to 1 at
///             `total_epochs` and stays there (Loshchilov and Hutter 2017, eq. 5 without restart)
struct Schedule {
  enum class Kind { kConstant, kStep, kCosine };

  Kind kind = Kind::kConstant;
  double base = 0.0;
  double warmup_epochs = 0.0;
  std::vector<double> milestones{};  ///< epochs, ascending
  double factor = 0.1;
  double total_epochs = 1.0;

  /// The rate of the update that ends `epoch` epochs after the start: after the first of ten steps
  /// of the first epoch that is 0.1, so that no update of a warm-up has rate 0.
  [[nodiscard]] NDBENCH_API double rate_at(double epoch) const;
};

/// Reads "30, 60, 80": ascending numbers, separated by commas; none for an empty text.
/// @throws ndbench::Error if it is anything else.
[[nodiscard]] NDBENCH_API std::vector<double> parse_milestones(const std::string& text);

}  // namespace ndbench
