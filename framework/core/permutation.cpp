#include "core/permutation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "core/statistics.h"
#include "data/split_mix.h"

namespace ndbench {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Splits of equal |t| come out this far from each other by rounding.
constexpr double kTie = 1e-9;

/// A mean and its squared error, without a copy of the values.
struct Mean {
  double value;
  double squared_error;
};

Mean mean_of(std::span<const double> values) {
  const double n = static_cast<double>(values.size());
  // Equal values differ from the first by exactly 0.
  double sum = 0.0;
  for (const double value : values) sum += value - values.front();
  const double center = sum / n;
  double squares = 0.0;
  for (const double value : values) {
    const double distance = value - values.front() - center;
    squares += distance * distance;
  }
  return {values.front() + center, squares / (n * (n - 1.0))};
}

/// |t| of the first n values against the others.
double size_of_t(std::span<const double> values, std::size_t n) {
  const Mean a = mean_of(values.first(n));
  const Mean b = mean_of(values.subspan(n));
  const double difference = std::abs(a.value - b.value);
  const double error = a.squared_error + b.squared_error;
  if (error == 0.0) return difference == 0.0 ? 0.0 : kInfinity;
  return difference / std::sqrt(error);
}

bool is_as_large(double t, double observed) {
  if (std::isinf(observed)) return std::isinf(t);
  return t >= observed - kTie * std::max(1.0, observed);
}

/// n + m over n; infinite where it is beyond all counting.
double splits_of(std::size_t n, std::size_t m) {
  double splits = 1.0;
  for (std::size_t i = 1; i <= std::min(n, m); ++i) {
    splits *= static_cast<double>(std::max(n, m) + i) / static_cast<double>(i);
  }
  return std::round(splits);
}

bool are_all_tried(std::size_t n, std::size_t m) {
  return splits_of(n, m) <= static_cast<double>(kMostSplits);
}

double share_of_all(const std::vector<double>& values, std::size_t n, double observed) {
  std::vector<char> is_first(values.size());
  std::fill_n(is_first.begin(), n, 1);
  std::vector<double> split(values.size());
  std::size_t as_large = 0;
  std::size_t splits = 0;
  do {
    auto first = split.begin();
    auto other = split.begin() + static_cast<std::ptrdiff_t>(n);
    for (std::size_t i = 0; i < values.size(); ++i) *(is_first[i] ? first++ : other++) = values[i];
    as_large += is_as_large(size_of_t(split, n), observed);
    ++splits;
  } while (std::prev_permutation(is_first.begin(), is_first.end()));
  return static_cast<double>(as_large) / static_cast<double>(splits);
}

double share_of_drawn(std::vector<double> values, std::size_t n, double observed) {
  SplitMix generator{0, 0};
  std::size_t as_large = 1;
  for (std::size_t draw = 0; draw < kSplitsDrawn; ++draw) {
    for (std::size_t i = 0; i < n; ++i) {
      // Of 64 bits, the remainder favours no place by more than one in 10^17.
      std::swap(values[i], values[i + generator.next() % (values.size() - i)]);
    }
    as_large += is_as_large(size_of_t(values, n), observed);
  }
  return static_cast<double>(as_large) / static_cast<double>(kSplitsDrawn + 1);
}

}  // namespace

TestResult permutation_test(std::span<const double> a, std::span<const double> b) {
  if (a.size() < 2 || b.size() < 2 || !all_finite(a) || !all_finite(b)) return {kNan, kNan};
  std::vector<double> values = differences_from(a, a.front());
  const std::vector<double> others = differences_from(b, a.front());
  values.insert(values.end(), others.begin(), others.end());
  const double observed = size_of_t(values, a.size());
  return {observed, are_all_tried(a.size(), b.size()) ? share_of_all(values, a.size(), observed)
                                                      : share_of_drawn(values, a.size(), observed)};
}

double least_permutation_p(std::size_t n, std::size_t m) {
  if (n < 2 || m < 2) return 1.0;
  if (!are_all_tried(n, m)) return 1.0 / static_cast<double>(kSplitsDrawn + 1);
  // Of two samples of one size, both orders have the same |t|.
  return (n == m ? 2.0 : 1.0) / splits_of(n, m);
}

std::size_t values_for_permutation_p(double p) {
  for (std::size_t n = 2;; ++n) {
    if (least_permutation_p(n, n) <= p) return n;
    if (!are_all_tried(n, n)) return 0;
  }
}

}  // namespace ndbench
