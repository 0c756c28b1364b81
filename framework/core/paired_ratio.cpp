#include "core/paired_ratio.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <limits>

#include "core/statistics.h"
#include "ndbench/error.h"

namespace ndbench {
namespace {

/// Half the width of an interval of ratios, in logarithms.
double log_half_width(const Interval& interval) {
  return 0.5 * std::log(interval.high / interval.low);
}

}  // namespace

double Ratio::half_width() const { return std::expm1(log_half_width(interval)); }

CostVerdict verdict_of(const Ratio& ratio) {
  if (std::isnan(ratio.interval.low)) return CostVerdict::kRefused;
  if (ratio.interval.low <= 1.0 && ratio.interval.high >= 1.0) return CostVerdict::kNone;
  // Compared as logarithms: as a share, a saving is smaller than the cost that undoes it.
  const double change = std::abs(std::log(ratio.ratio));
  if (change < std::log1p(ratio.minimum_detectable_effect)) return CostVerdict::kInconclusive;
  return ratio.ratio > 1.0 ? CostVerdict::kCosts : CostVerdict::kSaves;
}

Ratio ratio_of(std::span<const double> log_ratios) {
  const Interval logs = median_interval(log_ratios);
  static const double power_factor = 1.0 + boost::math::quantile(boost::math::normal(), 0.80) /
                                               boost::math::quantile(boost::math::normal(), 0.975);
  return {.ratio = std::exp(median(log_ratios)),
          .interval = {std::exp(logs.low), std::exp(logs.high)},
          .minimum_detectable_effect = std::expm1(0.5 * (logs.high - logs.low) * power_factor),
          .pairs = log_ratios.size()};
}

std::size_t pairs_needed(const Ratio& ratio, double precision) {
  if (!(std::isfinite(precision) && precision > 0.0)) {
    throw Error(
        fmt::format("pairs needed: precision {} is not a positive share such as 0.02", precision));
  }
  if (std::isnan(ratio.interval.low)) return 0;
  const double widths = log_half_width(ratio.interval) / std::log1p(precision);
  const double pairs = std::ceil(static_cast<double>(ratio.pairs) * widths * widths);
  if (!(pairs < static_cast<double>(std::numeric_limits<std::size_t>::max()))) {
    return std::numeric_limits<std::size_t>::max();
  }
  return std::max(kFewestForMedian, static_cast<std::size_t>(pairs));
}

}  // namespace ndbench
