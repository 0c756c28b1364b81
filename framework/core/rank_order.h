#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace ndbench {

/// Ranks many long vectors, one after the other, in the same memory.
class RankOrder {
 public:
  /// The bits of a value, changed to order like it, and the place that it came from.
  struct Entry {
    std::uint32_t key;
    std::uint32_t index;
  };

  /// Adds to `sum` the ranks of `values`, ties by their mean, minus the mean rank, divided by their
  /// root sum of squares. Minus zero ranks as zero.
  /// @pre   as many of both, below 2^32.
  /// @return false, and `sum` is as before, if a value is NaN or all are equal.
  [[nodiscard]] bool add_standardized_ranks(std::span<const float> values, std::span<double> sum);

 private:
  void sort(std::span<const float> values);

  std::vector<Entry> entries_;
  std::vector<Entry> scratch_;
};

}  // namespace ndbench
