// What there is to say about the order of a sum.
#include <algorithm>
#include <array>
#include <cstdio>

#include "sum_order.h"

namespace ndbench::probes {
namespace {

constexpr std::size_t kLongestText = 200;

bool is_leaf(const SumTree& tree) { return tree.children.empty(); }

std::int64_t leaf_children(const SumTree& tree) {
  return std::count_if(tree.children.begin(), tree.children.end(), is_leaf);
}

/// The child that is no leaf, where there is one alone.
const SumTree* only_node(const SumTree& tree) {
  const auto found = std::find_if_not(tree.children.begin(), tree.children.end(), is_leaf);
  return found == tree.children.end() ? nullptr : &*found;
}

/// One sum to which addends are added, one or a few at a time.
bool is_chain(const SumTree& tree) {
  const SumTree* node = &tree;
  while (node != nullptr && !is_leaf(*node)) {
    if (std::ssize(node->children) - leaf_children(*node) > 1) return false;
    node = only_node(*node);
  }
  return true;
}

/// Most addends that a chain adds at once.
std::int64_t group(const SumTree& chain) {
  std::int64_t most = 0;
  for (const SumTree* node = &chain; node != nullptr; node = only_node(*node)) {
    const SumTree* next = only_node(*node);
    const std::int64_t leaves = leaf_children(*node);
    most = std::max(most, next == nullptr ? leaves - 1 : leaves);
  }
  return most;
}

void collect_addends(const SumTree& tree, std::vector<std::int64_t>& addends) {
  if (is_leaf(tree)) addends.push_back(tree.first);
  for (const SumTree& child : tree.children) collect_addends(child, addends);
}

std::vector<std::int64_t> addends_of(const SumTree& tree) {
  std::vector<std::int64_t> addends;
  collect_addends(tree, addends);
  std::sort(addends.begin(), addends.end());
  return addends;
}

bool is_contiguous(const SumTree& tree) {
  const auto addends = addends_of(tree);
  return addends.back() - addends.front() + 1 == std::ssize(addends);
}

bool is_pairwise(const SumTree& tree) {
  if (is_leaf(tree)) return true;
  if (tree.children.size() != 2 || !is_contiguous(tree)) return false;
  const auto difference = tree.children[0].addends - tree.children[1].addends;
  return difference >= -1 && difference <= 1 && is_pairwise(tree.children[0]) &&
         is_pairwise(tree.children[1]);
}

/// The largest subtrees that are chains. @return whether every addend is in one of two or more.
bool collect_chains(const SumTree& tree, std::vector<const SumTree*>& chains) {
  if (is_leaf(tree)) return false;
  if (is_chain(tree)) {
    chains.push_back(&tree);
    return true;
  }
  return std::all_of(tree.children.begin(), tree.children.end(),
                     [&](const SumTree& child) { return collect_chains(child, chains); });
}

/// From each addend to the next, where that is the same everywhere; else 0.
std::int64_t stride(const SumTree& chain) {
  const auto addends = addends_of(chain);
  const std::int64_t first = addends[1] - addends[0];
  for (std::size_t i = 2; i < addends.size(); ++i) {
    if (addends[i] - addends[i - 1] != first) return 0;
  }
  return first;
}

}  // namespace

std::int64_t depth(const SumTree& tree) {
  std::int64_t deepest = -1;
  for (const SumTree& child : tree.children) deepest = std::max(deepest, depth(child));
  return deepest + 1;
}

std::string kind(const SumTree& tree) {
  if (depth(tree) == 1 && tree.children.size() > 2) return "at once";
  if (is_chain(tree)) {
    const std::int64_t most = group(tree);
    return most > 1 ? "sequential in groups of " + std::to_string(most) : "sequential";
  }
  if (is_pairwise(tree)) return "pairwise";
  std::vector<const SumTree*> chains;
  if (!collect_chains(tree, chains)) return "mixed";
  const std::int64_t step = stride(*chains.front());
  const std::int64_t length = chains.front()->addends;
  const bool are_alike = std::all_of(chains.begin(), chains.end(), [&](const SumTree* chain) {
    return chain->addends == length && stride(*chain) == step;
  });
  if (!are_alike || step == 0) return "mixed";
  return step == 1 ? "blocked by " + std::to_string(length) : "strided by " + std::to_string(step);
}

std::string text(const SumTree& tree) {
  if (is_leaf(tree)) return std::to_string(tree.first);
  std::string children;
  for (const SumTree& child : tree.children) {
    children += (children.empty() ? "(" : " ") + text(child);
  }
  return children + ")";
}

std::string describe(const SumTree& tree) {
  std::string whole = text(tree);
  if (whole.size() > kLongestText) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char byte : whole) {
      hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3U;
    }
    std::array<char, 17> digits{};
    std::snprintf(digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(hash));
    whole = digits.data();
  }
  return kind(tree) + ", depth " + std::to_string(depth(tree)) + ", " + whole;
}

}  // namespace ndbench::probes
