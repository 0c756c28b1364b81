#include "core/two_samples.h"

#include <algorithm>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/non_central_t.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "core/statistics.h"

namespace ndbench {
namespace {

namespace bm = boost::math;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Smaller ones need over 15 million replicas: nobody plans those.
constexpr double kSmallestEffect = 1e-3;

double size_of(std::span<const double> values) { return static_cast<double>(values.size()); }

/// Of the mean.
double squared_error(std::span<const double> values) {
  return sample_variance(values) / size_of(values);
}

/// Welch's statistic and the degrees of freedom of Welch and Satterthwaite.
struct Welch {
  double t = kNan;
  double degrees = kNan;
  double difference = kNan;  ///< of the means
  double error = kNan;       ///< of the difference, standard
};

Welch welch(std::span<const double> a, std::span<const double> b) {
  if (a.size() < 2 || b.size() < 2 || !all_finite(a) || !all_finite(b)) return {};
  const double n = size_of(a);
  const double m = size_of(b);
  const double error_a = squared_error(a);
  const double error_b = squared_error(b);
  const double difference =
      mean(differences_from(a, a.front())) - mean(differences_from(b, a.front()));
  const double error = error_a + error_b;
  if (error == 0.0) {
    const double t = difference == 0.0 ? 0.0 : std::copysign(kInfinity, difference);
    return {t, n + m - 2.0, difference, 0.0};
  }
  return {difference / std::sqrt(error),
          error * error / (error_a * error_a / (n - 1.0) + error_b * error_b / (m - 1.0)),
          difference, std::sqrt(error)};
}

/// Of each value, how many of the other sample's are below it; an equal one counts half.
std::vector<double> placements(std::span<const double> values, std::span<const double> others) {
  std::vector<double> sorted(others.begin(), others.end());
  std::sort(sorted.begin(), sorted.end());
  std::vector<double> result;
  for (const double value : values) {
    const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), value);
    result.push_back(0.5 * static_cast<double>((first - sorted.begin()) + (last - sorted.begin())));
  }
  return result;
}

/// What is left to say where every placement is the same, so that their variance is 0 though the
/// samples are small: one sample is above the other, or all values are equal.
Superiority degenerate(double probability, double n, double m) {
  const double pairs = std::min(n, m);  // that share no value, and so are independent
  if (probability == 0.5) {
    const double half = -0.5 * std::expm1(std::log(0.05) / pairs);
    return {0.5, {0.5 - half, 0.5 + half}, 1.0};
  }
  const double bound = std::pow(0.025, 1.0 / pairs);
  const double orders =
      std::exp(std::lgamma(n + m + 1.0) - std::lgamma(n + 1.0) - std::lgamma(m + 1.0));
  const double p = 2.0 / orders;
  if (probability > 0.5) return {1.0, {bound, 1.0}, p};
  return {0.0, {0.0, 1.0 - bound}, p};
}

double power(double n, double effect) {
  const double degrees = 2.0 * n - 2.0;
  const double critical = bm::quantile(bm::students_t(degrees), 0.975);
  const bm::non_central_t distribution(degrees, effect * std::sqrt(0.5 * n));
  return bm::cdf(bm::complement(distribution, critical)) + bm::cdf(distribution, -critical);
}

}  // namespace

std::vector<double> distances_from_median(std::span<const double> values) {
  std::vector<double> distances = differences_from(values, median(values));
  for (double& distance : distances) distance = std::abs(distance);
  return distances;
}

TestResult brown_forsythe(std::span<const double> a, std::span<const double> b) {
  if (a.size() < 3 || b.size() < 3 || !all_finite(a) || !all_finite(b)) return {kNan, kNan};
  const std::vector<double> from_a = distances_from_median(a);
  const std::vector<double> from_b = distances_from_median(b);
  const double n = size_of(a);
  const double m = size_of(b);
  const double difference = mean(from_a) - mean(from_b);
  const double between = difference * difference * n * m / (n + m);
  const double within = sample_variance(from_a) * (n - 1.0) + sample_variance(from_b) * (m - 1.0);
  if (between == 0.0) return {0.0, 1.0};
  if (within == 0.0) return {kInfinity, 0.0};
  const double statistic = (n + m - 2.0) * between / within;
  return {statistic, bm::cdf(bm::complement(bm::fisher_f(1.0, n + m - 2.0), statistic))};
}

TestResult larger_variance(const PooledVariance& a, const PooledVariance& b) {
  if (!(a.degrees > 0.0 && b.degrees > 0.0) || !std::isfinite(a.variance) ||
      !std::isfinite(b.variance)) {
    return {kNan, kNan};
  }
  if (a.variance == 0.0 && b.variance == 0.0) return {1.0, 1.0};
  const double ratio = a.variance / b.variance;
  if (std::isinf(ratio)) return {ratio, 0.0};
  return {ratio, bm::cdf(bm::complement(bm::fisher_f(a.degrees, b.degrees), ratio))};
}

TestResult welch_less(std::span<const double> a, std::span<const double> b) {
  const Welch result = welch(a, b);
  if (std::isnan(result.t)) return {kNan, kNan};
  if (std::isinf(result.t)) return {result.t, result.t < 0.0 ? 0.0 : 1.0};
  return {result.t, bm::cdf(bm::students_t(result.degrees), result.t)};
}

TestResult welch_two_sided(std::span<const double> a, std::span<const double> b) {
  const Welch result = welch(a, b);
  if (std::isnan(result.t)) return {kNan, kNan};
  if (std::isinf(result.t)) return {result.t, 0.0};
  const bm::students_t student(result.degrees);
  return {result.t, 2.0 * bm::cdf(student, -std::abs(result.t))};
}

Interval mean_difference_interval(std::span<const double> a, std::span<const double> b) {
  const Welch result = welch(a, b);
  if (!(result.error > 0.0)) return {kNan, kNan};
  const double half = bm::quantile(bm::students_t(result.degrees), 0.975) * result.error;
  return {result.difference - half, result.difference + half};
}

Interval deviation_ratio_interval(std::span<const double> a, std::span<const double> b) {
  const double squared = sample_variance(a) / sample_variance(b);
  if (!(squared > 0.0 && std::isfinite(squared))) return {kNan, kNan};
  const bm::fisher_f ratio(size_of(a) - 1.0, size_of(b) - 1.0);
  return {std::sqrt(squared / bm::quantile(bm::complement(ratio, 0.025))),
          std::sqrt(squared / bm::quantile(ratio, 0.025))};
}

Superiority superiority(std::span<const double> a, std::span<const double> b) {
  const auto is_nan = [](double value) { return std::isnan(value); };
  if (a.size() < 2 || b.size() < 2 || std::any_of(a.begin(), a.end(), is_nan) ||
      std::any_of(b.begin(), b.end(), is_nan)) {
    return {kNan, {kNan, kNan}, kNan};
  }
  const double n = size_of(a);
  const double m = size_of(b);
  const std::vector<double> of_a = placements(a, b);
  const std::vector<double> of_b = placements(b, a);
  const double probability = mean(of_a) / m;
  // Variances of the placements, as shares of the other sample.
  const double error_a = squared_error(of_a) / (m * m);
  const double error_b = squared_error(of_b) / (n * n);
  const double error = error_a + error_b;
  if (error == 0.0) return degenerate(probability, n, m);
  const double degrees =
      error * error / (error_a * error_a / (n - 1.0) + error_b * error_b / (m - 1.0));
  const bm::students_t student(degrees);
  const double half = bm::quantile(student, 0.975) * std::sqrt(error);
  const double t = (probability - 0.5) / std::sqrt(error);
  return {probability,
          {std::max(0.0, probability - half), std::min(1.0, probability + half)},
          2.0 * bm::cdf(student, -std::abs(t))};
}

std::size_t replicas_for_effect(double effect) {
  const double size = std::abs(effect);
  if (!(size >= kSmallestEffect)) return 0;
  std::size_t enough = 2;
  // Beyond this effect two replicas of each do; the distribution has no digits there.
  if (size > 100.0) return enough;
  while (power(static_cast<double>(enough), size) < 0.80) enough *= 2;
  std::size_t too_few = enough / 2;
  while (enough - too_few > 1) {
    const std::size_t middle = too_few + (enough - too_few) / 2;
    (power(static_cast<double>(middle), size) < 0.80 ? too_few : enough) = middle;
  }
  return enough;
}

}  // namespace ndbench
