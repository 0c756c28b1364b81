#include "core/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace ndbench {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

double sum(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

/// Mean and sum of squared deviations.
struct Moments {
  double mean = kNan;
  double squares = 0.0;
};

/// In two passes over the differences from the first value, which are exact where values are close:
/// a large common offset costs no digits, and equal values differ by exactly 0.
Moments moments(std::span<const double> values) {
  if (values.empty()) return {};
  const double count = static_cast<double>(values.size());
  const std::vector<double> differences = differences_from(values, values.front());
  const double center = sum(differences) / count;
  double squares = 0.0;
  double rest = 0.0;
  for (const double difference : differences) {
    const double distance = difference - center;
    squares += distance * distance;
    rest += distance;
  }
  return {values.front() + center, std::max(0.0, squares - rest * rest / count)};
}

bool has_nan(std::span<const double> values) {
  return std::any_of(values.begin(), values.end(), [](double value) { return std::isnan(value); });
}

}  // namespace

bool all_finite(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

std::vector<double> differences_from(std::span<const double> values, double origin) {
  std::vector<double> differences;
  differences.reserve(values.size());
  for (const double value : values) differences.push_back(value - origin);
  return differences;
}

double mean(std::span<const double> values) {
  return all_finite(values) ? moments(values).mean : sum(values);
}

double median(std::span<const double> values) {
  if (values.empty() || has_nan(values)) return kNan;
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const std::size_t half = sorted.size() / 2;
  if (sorted.size() % 2 == 1 || sorted[half - 1] == sorted[half]) return sorted[half];
  return std::midpoint(sorted[half - 1], sorted[half]);
}

double sample_variance(std::span<const double> values) {
  if (values.size() < 2 || !all_finite(values)) return kNan;
  return moments(values).squares / static_cast<double>(values.size() - 1);
}

double sample_standard_deviation(std::span<const double> values) {
  return std::sqrt(sample_variance(values));
}

double range(std::span<const double> values) {
  if (values.empty() || has_nan(values)) return kNan;
  const auto [smallest, largest] = std::minmax_element(values.begin(), values.end());
  return *smallest == *largest ? 0.0 : *largest - *smallest;
}

}  // namespace ndbench
