#pragma once

#include <span>
#include <vector>

namespace ndbench {

/// The p of a family of tests, adjusted by Benjamini and Hochberg (1995): of what is found at an
/// adjusted p of at most 0.05, at most 5 % are false in the mean, where the tests are independent
/// or depend on each other positively. A p that is NaN is of no test: it stays NaN and adds none.
[[nodiscard]] std::vector<double> adjusted_p(std::span<const double> family);

}  // namespace ndbench
