#include "core/svg_scale.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace ndbench {

double Scale::at(double value) const {
  const double share = (value - low) / (high - low);
  return left + (right - left) * std::clamp(share, 0.0, 1.0);
}

Scale scale_of(std::span<const double> values) {
  double low = NAN;
  double high = NAN;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    low = std::fmin(low, value);
    high = std::fmax(high, value);
  }
  if (std::isnan(low)) return {};
  // Half of each before the difference, which may be infinite otherwise.
  const double width = 2.0 * (high / 2.0 - low / 2.0);
  const double size = std::max(std::abs(low), std::abs(high));
  // Equal values, and those that differ in rounding alone, stand in the middle.
  const double room = width > 1e-12 * size ? 0.05 * width : (size > 0.0 ? 0.1 * size : 1.0);
  if (!std::isfinite(width + 2.0 * room)) return {.low = low / 2.0, .high = high / 2.0};
  return {.low = low - room, .high = high + room};
}

std::vector<Tick> ticks_of(const Scale& scale, int most) {
  const double width = scale.high - scale.low;
  if (!(width > 0.0) || !std::isfinite(width)) return {};
  double step = std::pow(10.0, std::floor(std::log10(width / most)));
  for (const double factor : {2.0, 2.5, 2.0}) {
    if (width / step <= most) break;
    step *= factor;
  }
  const int decimals = std::clamp(static_cast<int>(-std::floor(std::log10(step) + 1e-9)), 0, 8);
  const bool is_whole = std::abs(step * std::pow(10.0, decimals) -
                                 std::round(step * std::pow(10.0, decimals))) < 1e-6;
  std::vector<Tick> ticks;
  for (double number = std::ceil(scale.low / step); number * step <= scale.high; ++number) {
    const double value = number == 0.0 ? 0.0 : number * step;
    const bool is_plain = std::abs(value) < 1e6 && step >= 1e-6;
    ticks.push_back({value, is_plain ? fmt::format("{:.{}f}", value, decimals + (is_whole ? 0 : 1))
                                     : fmt::format("{:.3g}", value)});
    if (ticks.size() > static_cast<std::size_t>(2 * most)) break;  // steps below what doubles tell
  }
  return ticks;
}

}  // namespace ndbench
