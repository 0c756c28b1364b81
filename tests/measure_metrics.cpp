// Measures how long the metrics of replicas take for 100 replicas of 10,000 examples and 10
// classes, the least of several runs, and the changes in 10,000 histories of a year of nights,
// once: processor time of one thread. Fails if either takes longer than promised.

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <limits>
#include <random>
#include <vector>

#include "core/change_points.h"
#include "core/replica_metrics.h"

namespace ndbench {
namespace {

constexpr std::size_t kReplicas = 100;
constexpr std::size_t kExamples = 10000;
constexpr std::size_t kClasses = 10;
constexpr int kRuns = 9;
constexpr double kPromisedSeconds = 0.2;
constexpr std::size_t kHistories = 10000;
constexpr std::size_t kNights = 365;
constexpr double kPromisedSecondsOfHistories = 10.0;

/// Replicas that agree on most examples: a signal of each logit and noise of each replica.
struct Replicas {
  std::vector<std::vector<float>> logits;
  std::vector<std::vector<std::int32_t>> predictions;
  std::vector<std::int32_t> targets;
};

Replicas made() {
  std::mt19937_64 generator(1);
  std::normal_distribution<float> normal;
  std::vector<float> signal(kExamples * kClasses);
  for (float& value : signal) value = 3.0F * normal(generator);
  Replicas replicas;
  for (std::size_t example = 0; example < kExamples; ++example) {
    const auto first = signal.begin() + static_cast<std::ptrdiff_t>(example * kClasses);
    replicas.targets.push_back(
        static_cast<std::int32_t>(std::max_element(first, first + kClasses) - first));
  }
  for (std::size_t replica = 0; replica < kReplicas; ++replica) {
    std::vector<float> logits = signal;
    for (float& value : logits) value += normal(generator);
    std::vector<std::int32_t> predictions;
    for (std::size_t example = 0; example < kExamples; ++example) {
      const auto first = logits.begin() + static_cast<std::ptrdiff_t>(example * kClasses);
      predictions.push_back(
          static_cast<std::int32_t>(std::max_element(first, first + kClasses) - first));
    }
    replicas.logits.push_back(std::move(logits));
    replicas.predictions.push_back(std::move(predictions));
  }
  return replicas;
}

double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Of nights that scatter by 1.5 %; in every tenth history they are slower by 5 % from the middle
/// on.
std::vector<std::vector<double>> made_histories() {
  std::mt19937_64 generator(2);
  std::normal_distribution<double> night(1.0, 0.015);
  std::vector<std::vector<double>> histories(kHistories, std::vector<double>(kNights));
  for (std::size_t history = 0; history < kHistories; ++history) {
    for (std::size_t n = 0; n < kNights; ++n) {
      const bool is_slower = history % 10 == 0 && n >= kNights / 2;
      histories[history][n] = night(generator) * (is_slower ? 1.05 : 1.0);
    }
  }
  return histories;
}

/// Prints and returns the seconds for the changes in all histories.
double measure_change_points() {
  const std::vector<std::vector<double>> histories = made_histories();
  const double start = thread_seconds();
  std::size_t found = 0;
  for (const std::vector<double>& history : histories) found += change_points(history, {}).size();
  const double seconds = thread_seconds() - start;
  fmt::print("{:<24} {:8.4f} s   {} found, promised {} s\n", "change_points", seconds, found,
             kPromisedSecondsOfHistories);
  return seconds;
}

/// Prints and returns the least seconds of `metric`, and the value that it gave.
template <typename Metric>
double measure(const char* name, const Metric& metric) {
  double least = std::numeric_limits<double>::infinity();
  double value = 0.0;
  for (int run = 0; run < kRuns; ++run) {
    const double start = thread_seconds();
    value = metric();
    least = std::min(least, thread_seconds() - start);
  }
  fmt::print("{:<24} {:8.4f} s   value {:.6f}\n", name, least, value);
  return least;
}

}  // namespace
}  // namespace ndbench

int main() {
  using namespace ndbench;
  const Replicas replicas = made();
  const OfReplicas<float> logits(replicas.logits.begin(), replicas.logits.end());
  const OfReplicas<std::int32_t> predictions(replicas.predictions.begin(),
                                             replicas.predictions.end());
  double total = 0.0;
  total += measure("churn", [&] { return churn(predictions); });
  total += measure("logit_correlation", [&] { return logit_correlation(logits); });
  total += measure("logit_rank_correlation", [&] { return logit_rank_correlation(logits); });
  total +=
      measure("ensemble_gain", [&] { return ensemble_gain(logits, replicas.targets, kClasses); });
  total += measure("split_variance",
                   [&] { return split_variance(predictions, replicas.targets).observed; });
  fmt::print("{:<24} {:8.4f} s   promised {} s\n", "all", total, kPromisedSeconds);
  const double of_histories = measure_change_points();
  return total < kPromisedSeconds && of_histories < kPromisedSecondsOfHistories ? 0 : 1;
}
