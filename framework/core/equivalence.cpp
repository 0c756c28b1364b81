#include "core/equivalence.h"

#include <algorithm>
#include <boost/math/distributions/fisher_f.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "core/statistics.h"
#include "core/two_samples.h"

namespace ndbench {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

}  // namespace

double equivalent_means_p(std::span<const double> a, std::span<const double> b, double margin) {
  if (a.empty()) return kNan;
  // From a value near them, the margin costs no digits.
  const std::vector<double> near_a = differences_from(a, a.front());
  const std::vector<double> near_b = differences_from(b, a.front());
  const double a_is_below = welch_less(near_a, differences_from(near_b, -margin)).p;
  const double b_is_below = welch_less(near_b, differences_from(near_a, -margin)).p;
  return std::isnan(a_is_below) ? kNan : std::max(a_is_below, b_is_below);
}

double equivalent_deviations_p(std::span<const double> a, std::span<const double> b,
                               double factor) {
  const double of_a = sample_variance(a);
  const double of_b = sample_variance(b);
  if (std::isnan(of_a) || std::isnan(of_b)) return kNan;
  if (of_a == 0.0 || of_b == 0.0) return of_a == of_b ? 0.0 : 1.0;
  const boost::math::fisher_f ratio(static_cast<double>(b.size() - 1),
                                    static_cast<double>(a.size() - 1));
  const double limit = factor * factor;
  const double b_is_below = boost::math::cdf(ratio, of_b / of_a / limit);
  const double a_is_below = boost::math::cdf(boost::math::complement(ratio, of_b / of_a * limit));
  return std::max(b_is_below, a_is_below);
}

}  // namespace ndbench
