#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "core/intervals.h"
#include "core/svg_scale.h"

// Elements of a drawing in SVG: across in per cent by a Scale, down in pixels. Of colours they name
// the class alone ("c0" … "c7"), which a stylesheet fills in for a light and a dark page.
namespace ndbench {

/// The class of the colour of this number, round and round.
[[nodiscard]] std::string color_class(std::size_t color);

/// A dot with its interval as a line through it; the dot alone where the interval is NaN, nothing
/// where the value is not finite.
[[nodiscard]] std::string svg_whisker(const Scale& scale, double value, const Interval& interval,
                                      double y, std::size_t color);

/// A small dot for each finite value; those that would lie on each other lie beside each other.
[[nodiscard]] std::string svg_dots(const Scale& scale, std::span<const double> values, double y,
                                   std::size_t color);

/// A line from top to bottom at a value; nothing where the scale does not reach.
[[nodiscard]] std::string svg_mark(const Scale& scale, double value, double top, double bottom);

/// Ticks with their numbers below a line at `y`.
[[nodiscard]] std::string svg_axis(const Scale& scale, double y, int most = 6);

}  // namespace ndbench
