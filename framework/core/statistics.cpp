#include "core/statistics.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "ndbench/error.h"

namespace ndbench {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Mean and sum of squared deviations by Welford's recurrence (Technometrics 4:3, 1962).
struct Moments {
  double mean = kNan;
  double squares = 0.0;
};

Moments moments(std::span<const double> values) {
  Moments result;
  if (values.empty()) return result;
  result.mean = values.front();
  double count = 1.0;
  for (const double value : values.subspan(1)) {
    count += 1.0;
    // Also keeps equal infinities from giving inf - inf.
    if (value == result.mean) continue;
    const double delta = value - result.mean;
    result.mean += delta / count;
    result.squares += delta * (value - result.mean);
  }
  return result;
}

void require_time(double value, std::string_view role, std::size_t index) {
  if (!(std::isfinite(value) && value > 0.0)) {
    throw Error(fmt::format(
        "paired ratio: {} {} is {}; a time must be positive and finite, measure the pair again",
        role, index, value));
  }
}

}  // namespace

double mean(std::span<const double> values) { return moments(values).mean; }

double median(std::span<const double> values) {
  const auto is_nan = [](double value) { return std::isnan(value); };
  if (values.empty() || std::any_of(values.begin(), values.end(), is_nan)) return kNan;
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const std::size_t half = sorted.size() / 2;
  if (sorted.size() % 2 == 1 || sorted[half - 1] == sorted[half]) return sorted[half];
  return std::midpoint(sorted[half - 1], sorted[half]);
}

double sample_standard_deviation(std::span<const double> values) {
  if (values.size() < 2) return kNan;
  return std::sqrt(moments(values).squares / static_cast<double>(values.size() - 1));
}

Ratio paired_ratio(std::span<const double> numerator, std::span<const double> denominator) {
  if (numerator.size() != denominator.size()) {
    throw Error(fmt::format(
        "paired ratio: {} numerators but {} denominators; give the two times of every pair",
        numerator.size(), denominator.size()));
  }
  std::vector<double> log_ratios;
  log_ratios.reserve(numerator.size());
  for (std::size_t i = 0; i < numerator.size(); ++i) {
    require_time(numerator[i], "numerator", i);
    require_time(denominator[i], "denominator", i);
    log_ratios.push_back(std::log(numerator[i] / denominator[i]));
  }

  const double center = mean(log_ratios);
  Ratio result{.ratio = std::exp(center),
               .interval = {kNan, kNan},
               .minimum_detectable_effect = kNan,
               .pairs = log_ratios.size()};
  if (log_ratios.size() < 2) return result;

  const double n = static_cast<double>(log_ratios.size());
  const double standard_error = sample_standard_deviation(log_ratios) / std::sqrt(n);
  const boost::math::students_t student(n - 1.0);
  const double t_level = boost::math::quantile(student, 0.975);
  const double t_power = boost::math::quantile(student, 0.80);
  result.interval = {std::exp(center - t_level * standard_error),
                     std::exp(center + t_level * standard_error)};
  result.minimum_detectable_effect = std::expm1((t_level + t_power) * standard_error);
  return result;
}

}  // namespace ndbench
