#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

#include "ndbench/torch.h"

namespace ndbench {

/// The sum of the gradients of a batch's shards, which come from a thread each. Floating-point
/// addition is not associative: from three shards on the order decides the last bits.
class GradientSum {
 public:
  /// @param is_ordered  whether shards are added in their own order, instead of as they arrive.
  explicit GradientSum(bool is_ordered) : is_ordered_(is_ordered) {}

  /// Adds a shard's gradients, which belong to the sum from now on; undefined ones add nothing.
  /// Where the order is that of the shards, waits until all before have been added.
  void add(std::size_t shard, std::vector<at::Tensor> gradients);

  /// A shard will not come: none waits for it any more.
  void abandon();

  /// @pre every shard has been added.
  [[nodiscard]] std::vector<at::Tensor> take() { return std::move(sum_); }

 private:
  bool is_ordered_;
  std::mutex mutex_;
  std::condition_variable turn_;
  std::size_t added_ = 0;
  bool is_abandoned_ = false;
  std::vector<at::Tensor> sum_;
};

}  // namespace ndbench
