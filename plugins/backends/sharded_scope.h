#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ndbench/backend.h"

namespace ndbench {

/// `knobs`, and that of the order in which shards are summed.
[[nodiscard]] std::vector<std::string> sharded_knobs(std::vector<std::string> knobs);

/// `scope`, which computes on the first of `devices`, with a batch cut into the settings' number of
/// shards, or else 4, one after the other on each of `devices` in turn.
///
/// Gradients are summed in the order of the shards where the switch ordered_reduction is on, or
/// deterministic: that alone promises the same bits every time, as it does of cuDNN.
[[nodiscard]] std::unique_ptr<Scope> shard(std::unique_ptr<Scope> scope,
                                           const std::vector<std::string>& devices,
                                           const Settings& settings);

}  // namespace ndbench
