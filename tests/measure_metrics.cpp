// Measures how long the metrics of replicas take for 100 replicas of 10,000 examples and 10
// classes: processor time of one thread, the least of several runs. Fails if all together take
// longer than promised.

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <limits>
#include <random>
#include <vector>

#include "core/replica_metrics.h"

namespace ndbench {
namespace {

constexpr std::size_t kReplicas = 100;
constexpr std::size_t kExamples = 10000;
constexpr std::size_t kClasses = 10;
constexpr int kRuns = 9;
constexpr double kPromisedSeconds = 0.2;

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
  return total < kPromisedSeconds ? 0 : 1;
}
