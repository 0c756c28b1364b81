#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/paired_ratio.h"
#include "core/record.h"

namespace ndbench {

/// Whether a replica's samples and state count: it ran to its end, and took a time that has a
/// logarithm, which a step below the clock's tick has not.
[[nodiscard]] bool is_complete(const Record& record);

/// Seconds of one iteration: real_seconds() of the blocks that nothing disturbed, or of all where
/// there is none.
[[nodiscard]] double undisturbed_seconds(const Record& record);

/// log(t_mode / t_reference) of two records that were measured together.
///
/// For each block of steps the two median times, which were taken next to each other, or the two
/// times of an epoch; then the median over the blocks that nothing disturbed in either mode, or
/// over all where there is none. Nothing if a replica is not complete, ran beside others, or a time
/// has no logarithm.
[[nodiscard]] std::optional<double> log_time_ratio(const Record& mode, const Record& reference);

/// The same for each replica that both have, in the order of `mode`.
[[nodiscard]] std::vector<double> log_time_ratios(std::span<const Record* const> mode,
                                                  std::span<const Record* const> reference);

/// What a mode of a group costs, by all the replicas that there are.
struct ModeCost {
  std::string mode;
  Ratio ratio;  ///< time in this mode / time in the reference
};

/// The costs of one group's records: of every mode with a complete replica but the reference,
/// which is taken from among those.
struct GroupCost {
  std::string reference;  ///< "" if nothing is complete
  std::vector<ModeCost> modes;
};

[[nodiscard]] GroupCost cost_of(std::span<const Record* const> group);

}  // namespace ndbench
