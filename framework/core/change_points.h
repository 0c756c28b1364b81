#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace ndbench {

/// How changes in a series are looked for.
struct ChangePointOptions {
  std::size_t window = 50;      ///< points that are looked at together; 2 at least
  double max_p = 1e-4;          ///< of the t-test between what is before and after; < 1
  double min_magnitude = 0.02;  ///< relative change below which none is reported
};

/// Where a series goes on at another level.
struct ChangePoint {
  std::size_t index;  ///< of the first value after the change
  double p;           ///< Student's t-test between the two neighbouring segments
  double mean_before;
  double mean_after;
  double std_before;  ///< population deviations
  double std_after;
  double half_width;  ///< of the 95 % interval of mean_after − mean_before; NaN for two values

  /// mean_after / mean_before − 1; 0 where that is not defined.
  [[nodiscard]] double change() const;

  /// The larger of the relative changes forth and back.
  [[nodiscard]] double magnitude() const;
};

/// The changes in a series of measurements, oldest first, by E-divisive means (Matteson and James
/// 2014) in sliding windows with a t-test in place of permutations (Fleming et al. 2023): the same
/// points as Apache Otava 0.8 finds, also where its choices are its own: population deviations in
/// the t statistic, and after a weak point is dropped the point before it keeps its p.
/// @pre all values are finite.
[[nodiscard]] std::vector<ChangePoint> change_points(std::span<const double> series,
                                                     const ChangePointOptions& options);

}  // namespace ndbench
