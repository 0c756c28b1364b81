#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ndbench::probes {

/// A sum of numbers, in whatever order, in float32 or float64.
using Sum = std::function<double(std::span<const double> addends)>;

/// The order of a sum: a leaf is an addend, an inner node adds its children at once.
struct SumTree {
  std::int64_t first = 0;           ///< of its addends; children are ordered by it
  std::int64_t addends = 1;         ///< below it
  std::vector<SumTree> children{};  ///< of a leaf none; two, where numbers are added in pairs
};

/// The order in which `sum` adds `count` numbers, or nothing if it is no plain sum of them.
///
/// With a large M at i, −M at j and ones elsewhere, every 1 is lost that is added before both have
/// met: the sum is the number of addends outside of the smallest subtree with i and j in it (FPRev,
/// Xie et al. 2024, arXiv 2411.00442). Takes from count − 1 to count²/2 sums.
/// @pre count ≥ 1
[[nodiscard]] std::optional<SumTree> reveal_order(const Sum& sum, std::int64_t count);

/// Additions that the longest way from an addend to the sum goes through.
[[nodiscard]] std::int64_t depth(const SumTree& tree);

/// "sequential", "sequential in groups of 16", "at once", "pairwise" (in halves), "blocked by 16"
/// (chains of 16 neighbours), "strided by 8" (8 chains, each of every eighth), or "mixed".
[[nodiscard]] std::string kind(const SumTree& tree);

/// The tree itself: "((0 1) (2 3))".
[[nodiscard]] std::string text(const SumTree& tree);

/// Kind, depth, and the text of the tree, or its 64-bit FNV-1a hash where that is over 200 long.
[[nodiscard]] std::string describe(const SumTree& tree);

/// [count, count] row-major: how many addends the smallest subtree with both has.
[[nodiscard]] std::vector<std::int32_t> subtree_sizes(const SumTree& tree);

}  // namespace ndbench::probes
