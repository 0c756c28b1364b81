#include "core/intervals.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "core/bootstrap.h"
#include "core/statistics.h"

namespace ndbench {
namespace {

namespace bm = boost::math;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kLevel = 0.95;

/// Logarithm of the normal distribution function.
double log_normal_cdf(double z) {
  constexpr double kRoot = std::numbers::sqrt2;
  if (z > 0.0) return std::log1p(-0.5 * std::erfc(z / kRoot));
  if (z > -30.0) return std::log(0.5 * std::erfc(-z / kRoot));
  // Mills' ratio: erfc is 0 from -38 on.
  const double w = 1.0 / (z * z);
  return -0.5 / w - std::log(-z * std::sqrt(2.0 * std::numbers::pi)) +
         std::log1p(w * (-1.0 + w * (3.0 - 15.0 * w)));
}

}  // namespace

MedianRanks median_ranks(std::size_t n) {
  if (n < kFewestForMedian) return {0, kNan, kNan};
  const bm::binomial below(static_cast<double>(n), 0.5);
  // Of the interval from the value of this rank to that of the same rank from above.
  const auto level = [&](std::size_t rank) {
    return 1.0 - 2.0 * bm::cdf(below, static_cast<double>(rank - 1));
  };
  // From below where the normal approximation puts it, which is off by less than 2.
  const double count = static_cast<double>(n);
  const double start = std::max(1.0, std::floor(0.5 * count - 0.98 * std::sqrt(count)) - 2.0);
  const auto first = static_cast<std::size_t>(start);
  MedianRanks ranks{first, level(first), level(first + 1)};
  while (ranks.inner_level >= kLevel) {
    ++ranks.rank;
    ranks.outer_level = ranks.inner_level;
    ranks.inner_level = level(ranks.rank + 1);
  }
  return ranks;
}

Interval median_interval(std::span<const double> values) {
  const auto is_nan = [](double value) { return std::isnan(value); };
  if (values.size() < kFewestForMedian || std::any_of(values.begin(), values.end(), is_nan)) {
    return {kNan, kNan};
  }
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const MedianRanks ranks = median_ranks(sorted.size());
  const double n = static_cast<double>(sorted.size());
  const double rank = static_cast<double>(ranks.rank);
  const double part = (ranks.outer_level - kLevel) / (ranks.outer_level - ranks.inner_level);
  const double share = (n - rank) * part / (rank + (n - 2.0 * rank) * part);
  const auto between = [&](double outer, double inner) {
    return outer == inner ? outer : (1.0 - share) * outer + share * inner;
  };
  const std::size_t top = sorted.size() - ranks.rank;
  return {between(sorted[ranks.rank - 1], sorted[ranks.rank]),
          between(sorted[top], sorted[top - 1])};
}

Interval mean_interval(std::span<const double> values) {
  const double deviation = sample_standard_deviation(values);
  if (!(deviation > 0.0)) return {kNan, kNan};
  const double n = static_cast<double>(values.size());
  const bm::students_t student(n - 1.0);
  const double half =
      bm::quantile(bm::complement(student, 0.5 * (1.0 - kLevel))) * deviation / std::sqrt(n);
  const double center = mean(values);
  return {center - half, center + half};
}

Interval normal_deviation_interval(std::span<const double> values) {
  const double deviation = sample_standard_deviation(values);
  if (std::isnan(deviation)) return {kNan, kNan};
  const double degrees = static_cast<double>(values.size()) - 1.0;
  const bm::chi_squared distribution(degrees);
  const double upper = bm::quantile(bm::complement(distribution, 0.5 * (1.0 - kLevel)));
  const double lower = bm::quantile(distribution, 0.5 * (1.0 - kLevel));
  return {deviation * std::sqrt(degrees / upper), deviation * std::sqrt(degrees / lower)};
}

double anderson_darling(std::span<const double> values) {
  const double deviation = sample_standard_deviation(values);
  if (!(deviation > 0.0)) return kNan;
  std::vector<double> scores = differences_from(values, values.front());
  const double center = mean(scores);
  for (double& score : scores) score = (score - center) / deviation;
  std::sort(scores.begin(), scores.end());
  double sum = 0.0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    sum += static_cast<double>(2 * i + 1) *
           (log_normal_cdf(scores[i]) + log_normal_cdf(-scores[scores.size() - 1 - i]));
  }
  const double n = static_cast<double>(scores.size());
  return -n - sum / n;
}

bool is_not_normal(std::span<const double> values) {
  if (values.size() < 8) return false;
  const double n = static_cast<double>(values.size());
  return anderson_darling(values) * (1.0 + 0.75 / n + 2.25 / (n * n)) > 0.752;
}

Deviation deviation(std::span<const double> values) {
  const bool is_bootstrap = is_not_normal(values);
  return {.value = sample_standard_deviation(values),
          .interval = is_bootstrap ? bootstrap_deviation_interval(values)
                                   : normal_deviation_interval(values),
          .is_bootstrap = is_bootstrap,
          .coverage = is_bootstrap ? bootstrap_deviation_coverage(values.size()) : kLevel,
          .n = values.size()};
}

double differing_share_bound(std::size_t n) {
  return n == 0 ? 1.0 : -std::expm1(std::log(1.0 - kLevel) / static_cast<double>(n));
}

}  // namespace ndbench
