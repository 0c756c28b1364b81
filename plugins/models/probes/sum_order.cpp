#include "sum_order.h"

#include <cmath>
#include <iterator>
#include <map>
#include <utility>

namespace ndbench::probes {
namespace {

/// What is added to it is lost, in float64, too.
constexpr double kLarge = 0x1p100;

/// What is known of a set of addends that one node of the sum joins with others.
struct Part {
  SumTree tree;
  std::int64_t size;  ///< of the subtree whose root the tree's is; more than `tree` has, where some
                      ///< of the root's children are not in the set
};

class Search {
 public:
  Search(const Sum& sum, std::int64_t count)
      : sum_(sum), addends_(static_cast<std::size_t>(count), 1.0) {}

  /// The tree of these addends, in ascending order, below a node of size `enclosing`.
  std::optional<Part> part_of(const std::vector<std::int64_t>& places, std::int64_t enclosing) {
    std::map<std::int64_t, std::vector<std::int64_t>> others_by_size;
    for (std::size_t i = 1; i < places.size(); ++i) {
      const auto size = subtree_size(places.front(), places[i]);
      if (!size) return std::nullopt;
      others_by_size[*size].push_back(places[i]);
    }
    Part part{.tree = {.first = places.front()}, .size = 1};
    for (const auto& [size, others] : others_by_size) {
      auto joined = part_of(others, size);
      if (!joined) return std::nullopt;
      join(part, std::move(*joined), size);
      if (part.tree.addends != size && size != enclosing) return std::nullopt;
    }
    return part;
  }

 private:
  /// Of the smallest subtree with both; nothing if the sum is no number of ones.
  std::optional<std::int64_t> subtree_size(std::int64_t i, std::int64_t j) {
    auto& large = addends_[static_cast<std::size_t>(i)];
    auto& negative = addends_[static_cast<std::size_t>(j)];
    large = kLarge;
    negative = -kLarge;
    const double left = sum_(addends_);
    large = negative = 1.0;
    const auto count = static_cast<std::int64_t>(addends_.size());
    const bool is_count =
        left >= 0.0 && left <= static_cast<double>(count - 2) && left == std::floor(left);
    if (!is_count) return std::nullopt;
    return count - static_cast<std::int64_t>(left);
  }

  static void join(Part& part, Part joined, std::int64_t size) {
    SumTree node{.first = part.tree.first, .addends = part.tree.addends + joined.tree.addends};
    node.children.push_back(std::move(part.tree));
    if (joined.size == size) {  // children of the same node
      auto& children = joined.tree.children;
      std::move(children.begin(), children.end(), std::back_inserter(node.children));
    } else {
      node.children.push_back(std::move(joined.tree));
    }
    part = {.tree = std::move(node), .size = size};
  }

  const Sum& sum_;
  std::vector<double> addends_;
};

/// Sets the size of the smallest subtree for all pairs below; returns the addends below.
std::vector<std::int64_t> fill_sizes(const SumTree& tree, std::int64_t count,
                                     std::vector<std::int32_t>& sizes) {
  std::vector<std::int64_t> all;
  if (tree.children.empty()) all.push_back(tree.first);
  for (const SumTree& child : tree.children) {
    const auto below = fill_sizes(child, count, sizes);
    for (const std::int64_t i : all) {
      for (const std::int64_t j : below) {
        const auto size = static_cast<std::int32_t>(tree.addends);
        sizes[static_cast<std::size_t>(i * count + j)] = size;
        sizes[static_cast<std::size_t>(j * count + i)] = size;
      }
    }
    all.insert(all.end(), below.begin(), below.end());
  }
  return all;
}

}  // namespace

std::optional<SumTree> reveal_order(const Sum& sum, std::int64_t count) {
  std::vector<std::int64_t> places(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) places[static_cast<std::size_t>(i)] = i;
  auto whole = Search(sum, count).part_of(places, /*enclosing=*/0);
  if (!whole) return std::nullopt;
  return std::move(whole->tree);
}

std::vector<std::int32_t> subtree_sizes(const SumTree& tree) {
  std::vector<std::int32_t> sizes(static_cast<std::size_t>(tree.addends * tree.addends), 1);
  fill_sizes(tree, tree.addends, sizes);
  return sizes;
}

}  // namespace ndbench::probes
