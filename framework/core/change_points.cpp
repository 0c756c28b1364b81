#include "core/change_points.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cassert>
#include <cmath>
#include <limits>

namespace ndbench {
namespace {

/// Weak points are looked for with a p this many times as large, and then sifted.
double first_pass_p(double max_p) {
  if (max_p < 0.05) return 10.0 * max_p;
  return max_p < 0.5 ? 2.0 * max_p : max_p;
}

struct Segment {
  std::size_t begin;
  std::size_t end;
};

struct Moments {
  double n = 0.0;
  double mean = 0.0;
  double variance = 0.0;  ///< of the population
};

Moments moments_of(std::span<const double> values) {
  Moments moments{.n = static_cast<double>(values.size())};
  for (const double value : values) moments.mean += value;
  moments.mean /= moments.n;
  for (const double value : values) {
    moments.variance += (value - moments.mean) * (value - moments.mean);
  }
  moments.variance /= moments.n;
  return moments;
}

/// How two segments differ, by Student's t with pooled variance.
struct Contrast {
  double p;           ///< two-sided
  double half_width;  ///< of the 95 % interval of the difference of the means
};

/// Segments without any spread differ for certain, or not at all.
Contrast contrast(const Moments& a, const Moments& b) {
  const double freedom = a.n + b.n - 2.0;
  if (freedom <= 0.0) return {1.0, std::numeric_limits<double>::quiet_NaN()};
  const double pooled = ((a.n - 1.0) * a.variance + (b.n - 1.0) * b.variance) / freedom;
  const double error = std::sqrt(pooled * (1.0 / a.n + 1.0 / b.n));
  const boost::math::students_t distribution(freedom);
  const double half_width = error * boost::math::quantile(distribution, 0.975);
  if (a.mean == b.mean) return {1.0, half_width};
  if (pooled == 0.0) return {0.0, half_width};
  const double t = std::abs(a.mean - b.mean) / error;
  return {2.0 * boost::math::cdf(boost::math::complement(distribution, t)), half_width};
}

ChangePoint change_at(std::span<const double> series, std::size_t index, Segment around) {
  const Moments before = moments_of(series.subspan(around.begin, index - around.begin));
  const Moments after = moments_of(series.subspan(index, around.end - index));
  const Contrast both = contrast(before, after);
  return {.index = index,
          .p = both.p,
          .mean_before = before.mean,
          .mean_after = after.mean,
          .std_before = std::sqrt(before.variance),
          .std_after = std::sqrt(after.variance),
          .half_width = both.half_width};
}

/// Where a segment splits into the two parts that are farthest apart.
struct Split {
  std::size_t index = 0;
  double divergence = -1.0;
};

/// The largest divergence between [begin, τ) and [τ, κ) over all τ and κ: how far values of the one
/// are from values of the other, less how far they are from each other in either.
Split best_split(std::span<const double> series, Segment segment) {
  const std::span<const double> values = series.subspan(segment.begin, segment.end - segment.begin);
  const std::size_t size = values.size();
  // within[k]: the distances among the first k values.
  std::vector<double> within(size + 1, 0.0);
  for (std::size_t k = 1; k < size; ++k) {
    within[k + 1] = within[k];
    for (std::size_t i = 0; i < k; ++i) within[k + 1] += std::abs(values[i] - values[k]);
  }
  // right[k]: the distances among the values from `split` up to k, for one split after another.
  std::vector<double> right(size + 1, 0.0);
  Split best;
  for (std::size_t split = size - 1; split > 0; --split) {
    double to_split = 0.0;
    Split best_here;
    for (std::size_t end = split + 1; end <= size; ++end) {
      if (end > split + 1) to_split += std::abs(values[split] - values[end - 1]);
      right[end] += to_split;
      const double n = static_cast<double>(split);
      const double m = static_cast<double>(end - split);
      const double between = within[end] - within[split] - right[end];
      double divergence = 2.0 / (n + m) * between;
      if (split > 1) divergence -= 2.0 * m / ((n + m) * (n - 1.0)) * within[split];
      if (end - split > 1) divergence -= 2.0 * n / ((n + m) * (m - 1.0)) * right[end];
      if (divergence > best_here.divergence) best_here = {segment.begin + split, divergence};
    }
    if (best_here.divergence >= best.divergence) best = best_here;
  }
  return best;
}

/// The segment of [0, size) between neighbouring points in which `index` lies or begins a new one.
Segment segment_around(const std::vector<ChangePoint>& points, std::size_t index,
                       std::size_t size) {
  Segment segment{0, size};
  for (const ChangePoint& point : points) {
    if (point.index < index) segment.begin = point.index;
    if (point.index > index) {
      segment.end = point.index;
      break;
    }
  }
  return segment;
}

void insert_sorted(std::vector<ChangePoint>& points, const ChangePoint& point) {
  const auto place = std::upper_bound(
      points.begin(), points.end(), point.index,
      [](std::size_t index, const ChangePoint& other) { return index < other.index; });
  points.insert(place, point);
}

/// Splits a window again and again, at the best place of all its segments, while that is
/// significant.
std::vector<ChangePoint> points_in(std::span<const double> window, double max_p) {
  std::vector<ChangePoint> points;
  while (true) {
    Split best;
    std::size_t begin = 0;
    for (std::size_t i = 0; i <= points.size(); ++i) {
      const std::size_t end = i < points.size() ? points[i].index : window.size();
      if (end - begin > 1) {
        const Split split = best_split(window, {begin, end});
        if (split.divergence > best.divergence) best = split;
      }
      begin = end;
    }
    if (best.divergence < 0.0) return points;
    const ChangePoint point =
        change_at(window, best.index, segment_around(points, best.index, window.size()));
    if (!(point.p <= max_p)) return points;
    insert_sorted(points, point);
  }
}

std::vector<ChangePoint> weak_points(std::span<const double> series, std::size_t window,
                                     double max_p) {
  std::vector<ChangePoint> points;
  std::size_t begin = 0;
  while (begin < series.size()) {
    const std::size_t size = std::min(window, series.size() - begin);
    std::size_t last = 0;
    for (ChangePoint point : points_in(series.subspan(begin, size), max_p)) {
      point.index += begin;
      last = point.index;
      insert_sorted(points, point);
    }
    begin = std::max(last, begin + window / 2);
  }
  return points;
}

}  // namespace

double ChangePoint::change() const {
  return mean_before == 0.0 ? 0.0 : mean_after / mean_before - 1.0;
}

double ChangePoint::magnitude() const {
  const double back = mean_after == 0.0 ? 0.0 : mean_before / mean_after - 1.0;
  return std::max(std::abs(change()), std::abs(back));
}

std::vector<ChangePoint> change_points(std::span<const double> series,
                                       const ChangePointOptions& options) {
  assert(options.window >= 2 && options.max_p < 1.0);
  std::vector<ChangePoint> points =
      weak_points(series, options.window, first_pass_p(options.max_p));
  const auto measure = [&](std::size_t i) {
    points[i] =
        change_at(series, points[i].index, segment_around(points, points[i].index, series.size()));
  };
  for (std::size_t i = 0; i < points.size(); ++i) measure(i);
  while (!points.empty()) {
    auto weakest = std::max_element(points.begin(), points.end(),
                                    [](const auto& a, const auto& b) { return a.p < b.p; });
    if (weakest->p < options.max_p) {
      weakest = std::min_element(points.begin(), points.end(), [](const auto& a, const auto& b) {
        return a.magnitude() < b.magnitude();
      });
      if (weakest->magnitude() > options.min_magnitude) break;
    }
    const auto index = static_cast<std::size_t>(weakest - points.begin());
    points.erase(weakest);
    if (index < points.size()) measure(index);
    if (index + 1 < points.size()) measure(index + 1);
  }
  return points;
}

}  // namespace ndbench
