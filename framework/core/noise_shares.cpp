#include "core/noise_shares.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "core/bootstrap.h"
#include "core/indices.h"
#include "core/statistics.h"

namespace ndbench {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// From variances, or anything proportional to them.
double interaction_of(double noisy, double algo, double impl) {
  return noisy > 0.0 ? (noisy - algo - impl) / noisy : kNan;
}

/// The sum of the squared distances from the mean, as values come and go.
class SquaredDistances {
 public:
  void add(double value, double times = 1.0) {
    count_ += times;
    sum_ += times * value;
    squares_ += times * value * value;
  }

  [[nodiscard]] double total() const { return std::max(0.0, squares_ - sum_ * sum_ / count_); }

 private:
  double count_ = 0.0;
  double sum_ = 0.0;
  double squares_ = 0.0;
};

/// Of noisy, algo and impl, by replica; centered, or a small spread around a large value would have
/// no digits.
using Triples = std::vector<std::array<double, 3>>;

Triples centered(std::span<const double> noisy, std::span<const double> algo,
                 std::span<const double> impl) {
  Triples triples(noisy.size());
  const std::array modes{noisy, algo, impl};
  for (std::size_t mode = 0; mode < modes.size(); ++mode) {
    const double center = mean(modes[mode]);
    for (std::size_t i = 0; i < triples.size(); ++i) triples[i][mode] = modes[mode][i] - center;
  }
  return triples;
}

class TripleDistances {
 public:
  void add(const std::array<double, 3>& triple, double times = 1.0) {
    for (std::size_t mode = 0; mode < modes_.size(); ++mode) modes_[mode].add(triple[mode], times);
  }

  [[nodiscard]] double interaction() const {
    return interaction_of(modes_[0].total(), modes_[1].total(), modes_[2].total());
  }

 private:
  std::array<SquaredDistances, 3> modes_;
};

}  // namespace

double noise_interaction(std::span<const double> noisy, std::span<const double> algo,
                         std::span<const double> impl) {
  return interaction_of(sample_variance(noisy), sample_variance(algo), sample_variance(impl));
}

Interval noise_interaction_interval(std::span<const double> noisy, std::span<const double> algo,
                                    std::span<const double> impl) {
  constexpr int kResamples = 2000;
  const double estimate = noise_interaction(noisy, algo, impl);
  if (noisy.size() < 3 || std::isnan(estimate)) return {kNan, kNan};
  const Triples triples = centered(noisy, algo, impl);

  std::vector<double> resampled;
  resampled.reserve(kResamples);
  Indices indices(static_cast<std::uint32_t>(triples.size()));
  for (int resample = 0; resample < kResamples; ++resample) {
    TripleDistances distances;
    for (std::size_t i = 0; i < triples.size(); ++i) distances.add(triples[indices.next()]);
    const double value = distances.interaction();
    if (!std::isnan(value)) resampled.push_back(value);  // else one replica, n times
  }
  if (resampled.size() < kResamples / 2) return {kNan, kNan};

  TripleDistances all;
  for (const auto& triple : triples) all.add(triple);
  std::vector<double> jackknifed;
  for (const auto& triple : triples) {
    TripleDistances others = all;
    others.add(triple, -1.0);
    jackknifed.push_back(others.interaction());
  }
  const bool is_known = std::none_of(jackknifed.begin(), jackknifed.end(),
                                     [](double value) { return std::isnan(value); });
  return is_known ? bca_interval(estimate, std::move(resampled), jackknifed) : Interval{kNan, kNan};
}

double noise_interaction_coverage(std::size_t n) {
  static constexpr std::array kMeasured{
      MeasuredCoverage{3, 0.695},   MeasuredCoverage{4, 0.857},  MeasuredCoverage{5, 0.901},
      MeasuredCoverage{8, 0.903},   MeasuredCoverage{10, 0.909}, MeasuredCoverage{15, 0.9165},
      MeasuredCoverage{20, 0.9185}, MeasuredCoverage{30, 0.927}, MeasuredCoverage{50, 0.9335},
      MeasuredCoverage{100, 0.939},
  };
  return coverage_at(n, kMeasured);
}

std::optional<NoiseShares> noise_shares(const Results& noisy, const Results& algo,
                                        const Results& impl) {
  std::array<std::vector<double>, 3> values;
  for (std::size_t i = 0; i < noisy.replicas.size(); ++i) {
    const auto partner = [&](const Results& results) {
      const auto found =
          std::find(results.replicas.begin(), results.replicas.end(), noisy.replicas[i]);
      return static_cast<std::size_t>(found - results.replicas.begin());
    };
    const std::size_t in_algo = partner(algo);
    const std::size_t in_impl = partner(impl);
    if (in_algo == algo.replicas.size() || in_impl == impl.replicas.size()) continue;
    values[0].push_back(noisy.values[i]);
    values[1].push_back(algo.values[in_algo]);
    values[2].push_back(impl.values[in_impl]);
  }
  const double all = sample_standard_deviation(values[0]);
  if (values[0].size() < 2 || !(all > 0.0)) return std::nullopt;
  return NoiseShares{.impl_over_all = sample_standard_deviation(values[2]) / all,
                     .algo_over_all = sample_standard_deviation(values[1]) / all,
                     .interaction = noise_interaction(values[0], values[1], values[2]),
                     .interval = noise_interaction_interval(values[0], values[1], values[2]),
                     .coverage = noise_interaction_coverage(values[0].size()),
                     .replicas = values[0].size()};
}

}  // namespace ndbench
