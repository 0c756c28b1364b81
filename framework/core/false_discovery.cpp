#include "core/false_discovery.h"

#include <algorithm>
#include <cmath>

namespace ndbench {

std::vector<double> adjusted_p(std::span<const double> family) {
  std::vector<std::size_t> largest_first;
  for (std::size_t i = 0; i < family.size(); ++i) {
    if (!std::isnan(family[i])) largest_first.push_back(i);
  }
  std::stable_sort(largest_first.begin(), largest_first.end(),
                   [&](std::size_t a, std::size_t b) { return family[a] > family[b]; });
  std::vector<double> adjusted(family.begin(), family.end());
  const double tests = static_cast<double>(largest_first.size());
  double rank = tests;
  double least = 1.0;
  for (const std::size_t i : largest_first) {
    least = std::min(least, family[i] * (tests / rank));
    adjusted[i] = least;
    rank -= 1.0;
  }
  return adjusted;
}

}  // namespace ndbench
