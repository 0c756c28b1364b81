#pragma once

#include <cstdint>
#include <string_view>

#include "core/mode.h"
#include "ndbench/model.h"

namespace ndbench {

/// The seeds of one replica of `model` in `mode`.
///
/// Each is the XXH3 64-bit hash of the text
/// @code
///   "ndbench seeds 1\n" suite_seed "\n" factor "\n" replica "\n" model
/// @endcode
/// with numbers in decimal, factor one of init, order, augment, dropout, and replica 0 where the
/// factor does not vary in `mode`. The model comes last, so that no two inputs give one text.
/// Neither mode nor backend enters: replica 0 starts from the same seeds everywhere, and
/// replicas with the same number differ only in what their modes and backends do.
/// @pre replica >= 0.
[[nodiscard]] Seeds seeds_for(std::uint64_t suite_seed, std::string_view model, const Mode& mode,
                              int replica);

/// Which weight the mode's factor ulp moves in a replica of `model`: the XXH3 64-bit hash of
/// @code
///   "ndbench ulp 1\n" suite_seed "\n" replica "\n" model
/// @endcode
/// or 0, which moves none, in replica 0 and where ulp does not vary in `mode`.
/// @pre replica >= 0.
[[nodiscard]] std::uint64_t ulp_seed_for(std::uint64_t suite_seed, std::string_view model,
                                         const Mode& mode, int replica);

}  // namespace ndbench
