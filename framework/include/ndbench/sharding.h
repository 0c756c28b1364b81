#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace ndbench {

/// How the batch of a training step is split over workers with the same weights (data parallelism).
/// Each shard goes forward and backward by itself; the sum of their gradients makes the update.
struct Sharding {
  /// Of each shard, as c10::Device reads it; the first is the task's own. Empty: one shard.
  std::vector<std::string> devices{};

  /// Whether gradients are summed in the order of the shards, instead of as they arrive. The order
  /// matters from three shards on: a + b and b + a are the same bits.
  bool is_ordered = true;

  [[nodiscard]] std::size_t count() const { return std::max<std::size_t>(1, devices.size()); }
};

}  // namespace ndbench
