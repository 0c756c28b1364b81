#pragma once

#include <cstddef>
#include <vector>

namespace ndbench {

/// Logical processors as the operating system numbers them, ascending.
using Processors = std::vector<int>;

/// The physical cores that this process may use, neighbours side by side, each as its hardware
/// threads.
[[nodiscard]] std::vector<Processors> usable_cores();

/// `count` sets of equally many whole cores, no core in two of them. Cores that are left over where
/// the count does not divide them stay unused: every set is worth the same.
/// @pre 1 <= count <= cores.size()
[[nodiscard]] std::vector<Processors> core_sets(const std::vector<Processors>& cores,
                                                std::size_t count);

}  // namespace ndbench
