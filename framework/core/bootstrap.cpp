#include "core/bootstrap.h"

#include <algorithm>
#include <array>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <limits>

#include "core/indices.h"
#include "core/statistics.h"

namespace ndbench {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// The quantile with linear interpolation, as NumPy's default. Reorders the values: to sort them
/// all would take most of the time of a bootstrap.
double quantile(std::vector<double>& values, double level) {
  const double position = level * static_cast<double>(values.size() - 1);
  const auto below = values.begin() + static_cast<std::ptrdiff_t>(position);
  std::nth_element(values.begin(), below, values.end());
  if (below + 1 == values.end()) return *below;
  const double share = position - std::floor(position);
  return *below + share * (*std::min_element(below + 1, values.end()) - *below);
}

/// Of n values with this sum and sum of squares.
double deviation_of_sums(double n, double sum, double squares) {
  return std::sqrt(std::max(0.0, (squares - sum * sum / n) / (n - 1.0)));
}

/// A sixth of the skewness of the influence of each value.
double acceleration(std::span<const double> jackknifed) {
  const double center = mean(jackknifed);
  double squares = 0.0;
  double cubes = 0.0;
  for (const double estimate : jackknifed) {
    const double influence = center - estimate;
    squares += influence * influence;
    cubes += influence * influence * influence;
  }
  return squares == 0.0 ? 0.0 : cubes / (6.0 * squares * std::sqrt(squares));
}

}  // namespace

Interval bca_interval(double estimate, std::vector<double> resampled,
                      std::span<const double> jackknifed) {
  const auto is_nan = [](double value) { return std::isnan(value); };
  if (std::isnan(estimate) || resampled.empty() || jackknifed.empty() ||
      std::any_of(resampled.begin(), resampled.end(), is_nan)) {
    return {kNan, kNan};
  }
  const auto [least, most] = std::minmax_element(resampled.begin(), resampled.end());
  if (*least == *most) return {*least, *least};
  double below = 0.0;
  for (const double value : resampled) {
    below += value < estimate ? 1.0 : value == estimate ? 0.5 : 0.0;
  }
  below /= static_cast<double>(resampled.size());
  const double acceleration_factor = acceleration(jackknifed);
  if (below <= 0.0 || below >= 1.0 || std::isnan(acceleration_factor)) return {kNan, kNan};
  const boost::math::normal normal;
  const double bias = boost::math::quantile(normal, below);
  const auto level = [&](double nominal) {
    const double shifted = bias + boost::math::quantile(normal, nominal);
    return boost::math::cdf(normal, bias + shifted / (1.0 - acceleration_factor * shifted));
  };
  return {quantile(resampled, level(0.025)), quantile(resampled, level(0.975))};
}

Interval bootstrap_deviation_interval(std::span<const double> values, std::size_t resamples) {
  const double deviation = sample_standard_deviation(values);
  if (values.size() < 3 || std::isnan(deviation)) return {kNan, kNan};
  if (deviation == 0.0) return {0.0, 0.0};
  // Centered: the squares of a small spread around a large value would have no digits.
  const std::vector<double> centered = differences_from(values, mean(values));
  const double n = static_cast<double>(values.size());

  std::vector<double> resampled(resamples);
  Indices indices(static_cast<std::uint32_t>(values.size()));
  for (double& estimate : resampled) {
    double sum = 0.0;
    double squares = 0.0;
    for (std::size_t i = 0; i < centered.size(); ++i) {
      const double value = centered[indices.next()];
      sum += value;
      squares += value * value;
    }
    estimate = deviation_of_sums(n, sum, squares);
  }

  double sum = 0.0;
  double squares = 0.0;
  for (const double value : centered) {
    sum += value;
    squares += value * value;
  }
  std::vector<double> jackknifed;
  for (const double value : centered) {
    jackknifed.push_back(deviation_of_sums(n - 1.0, sum - value, squares - value * value));
  }
  return bca_interval(deviation, std::move(resampled), jackknifed);
}

double bootstrap_deviation_coverage(std::size_t n) {
  static constexpr std::array kMeasured{
      MeasuredCoverage{3, 0.427},   MeasuredCoverage{4, 0.573},  MeasuredCoverage{5, 0.655},
      MeasuredCoverage{6, 0.723},   MeasuredCoverage{7, 0.759},  MeasuredCoverage{8, 0.782},
      MeasuredCoverage{10, 0.830},  MeasuredCoverage{12, 0.851}, MeasuredCoverage{15, 0.876},
      MeasuredCoverage{20, 0.887},  MeasuredCoverage{30, 0.908}, MeasuredCoverage{50, 0.925},
      MeasuredCoverage{100, 0.933},
  };
  return coverage_at(n, kMeasured);
}

double coverage_at(std::size_t n, std::span<const MeasuredCoverage> measured) {
  const double at = static_cast<double>(n);
  if (at < measured.front().n) return kNan;
  const auto above = std::find_if(measured.begin(), measured.end(),
                                  [&](const MeasuredCoverage& one) { return one.n >= at; });
  if (above == measured.begin()) return above->coverage;
  const auto below = above - 1;
  const double above_inverse = above == measured.end() ? 0.0 : 1.0 / above->n;
  const double above_coverage = above == measured.end() ? 0.95 : above->coverage;
  const double share = (1.0 / below->n - 1.0 / at) / (1.0 / below->n - above_inverse);
  return below->coverage + share * (above_coverage - below->coverage);
}

}  // namespace ndbench
