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

/// Tells of splits whether their |t| is as large as the observed one.
class Judge {
 public:
  /// @param values  the first n of them against the others is what was observed
  Judge(std::span<const double> values, std::size_t n)
      : n_(static_cast<double>(n)),
        m_(static_cast<double>(values.size() - n)),
        observed_(size_of_t(values, n)) {
    for (const double value : values) {
      sum_ += value;
      squares_ += value * value;
    }
  }

  [[nodiscard]] double observed() const { return observed_; }

  /// By the sum of the first n values and that of their squares; by all values of the split, which
  /// `split` returns in order, where rounding could decide.
  template <typename Split>
  bool is_as_large(double sum, double squares, const Split& split) const {
    const double other = sum_ - sum;
    const double difference = sum / n_ - other / m_;
    const double error = (squares - sum * sum / n_) / (n_ * (n_ - 1.0)) +
                         (squares_ - squares - other * other / m_) / (m_ * (m_ - 1.0));
    const double t = difference * difference / error;
    const double limit = observed_ * observed_;
    const bool is_clear = error > 1e-9 * squares_ && std::abs(t - limit) > 1e-6 * (1.0 + limit);
    if (is_clear) return t > limit;
    return ndbench::is_as_large(size_of_t(split(), static_cast<std::size_t>(n_)), observed_);
  }

 private:
  double n_;
  double m_;
  double observed_;
  double sum_ = 0.0;
  double squares_ = 0.0;
};

/// Goes through all ways to choose the first n values.
class AllSplits {
 public:
  AllSplits(const std::vector<double>& values, std::size_t n)
      : values_(values), judge_(values, n), is_first_(values.size(), 0), split_(values.size()) {
    choose(0, n, 0.0, 0.0);
  }

  [[nodiscard]] TestResult result() const {
    return {judge_.observed(), static_cast<double>(as_large_) / static_cast<double>(splits_)};
  }

 private:
  /// Chooses `left` more from the values from `begin` on, beside those that have this sum.
  void choose(std::size_t begin, std::size_t left, double sum, double squares) {
    if (left == 0) {
      ++splits_;
      as_large_ += judge_.is_as_large(sum, squares, [&]() -> const std::vector<double>& {
        auto last = split_.begin();
        for (const int side : {1, 0}) {
          for (std::size_t i = 0; i < values_.size(); ++i) {
            if (is_first_[i] == side) *last++ = values_[i];
          }
        }
        return split_;
      });
      return;
    }
    for (std::size_t i = begin; i + left <= values_.size(); ++i) {
      is_first_[i] = 1;
      choose(i + 1, left - 1, sum + values_[i], squares + values_[i] * values_[i]);
      is_first_[i] = 0;
    }
  }

  const std::vector<double>& values_;
  Judge judge_;
  std::vector<char> is_first_;
  std::vector<double> split_;
  std::size_t as_large_ = 0;
  std::size_t splits_ = 0;
};

TestResult drawn_splits(std::vector<double> values, std::size_t n) {
  const Judge judge(values, n);
  SplitMix generator{0, 0};
  std::size_t as_large = 1;
  for (std::size_t draw = 0; draw < kSplitsDrawn; ++draw) {
    double sum = 0.0;
    double squares = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      // Of 64 bits, the remainder favours no place by more than one in 10^17.
      std::swap(values[i], values[i + generator.next() % (values.size() - i)]);
      sum += values[i];
      squares += values[i] * values[i];
    }
    as_large +=
        judge.is_as_large(sum, squares, [&]() -> const std::vector<double>& { return values; });
  }
  return {judge.observed(), static_cast<double>(as_large) / static_cast<double>(kSplitsDrawn + 1)};
}

}  // namespace

TestResult permutation_test(std::span<const double> a, std::span<const double> b) {
  if (a.size() < 2 || b.size() < 2 || !all_finite(a) || !all_finite(b)) return {kNan, kNan};
  std::vector<double> values = differences_from(a, a.front());
  const std::vector<double> others = differences_from(b, a.front());
  values.insert(values.end(), others.begin(), others.end());
  // Around their mean the squares lose least.
  values = differences_from(values, mean(values));
  return are_all_tried(a.size(), b.size()) ? AllSplits(values, a.size()).result()
                                           : drawn_splits(std::move(values), a.size());
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
