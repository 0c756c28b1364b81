#pragma once

#include <span>
#include <string>
#include <vector>

namespace ndbench {

/// Where values lie on a horizontal axis, as per cent of a drawing's width: so a drawing fits any
/// width and its text keeps its size.
struct Scale {
  double low = 0.0;   ///< value at `left`
  double high = 1.0;  ///< at `right`; larger than `low`
  double left = 2.0;  ///< leaves room for half a dot
  double right = 98.0;

  /// Within left … right, whatever the value.
  [[nodiscard]] double at(double value) const;
};

/// A round number and how it is written.
struct Tick {
  double value;
  std::string text;
};

/// A scale that shows all finite `values`, with room on both sides.
[[nodiscard]] Scale scale_of(std::span<const double> values);

/// Round numbers on the scale, at most `most`, as many as fit.
[[nodiscard]] std::vector<Tick> ticks_of(const Scale& scale, int most = 6);

}  // namespace ndbench
