#pragma once

#include <limits>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/record.h"

namespace ndbench {

/// One line of console, JSON or CSV output: a repetition of a benchmark, or an aggregate over its
/// repetitions. Quantities that a row does not have are NaN.
struct Row {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

  std::string name;        ///< of the cell
  std::string aggregate;   ///< mean, median, stddev, cv; empty for a repetition
  std::size_t family = 0;  ///< index of the cell in the run
  int repetitions = 1;
  int repetition = 0;
  Outcome outcome;
  int iterations = 0;
  double real_seconds = kNone;  ///< of one iteration
  double cpu_seconds = kNone;   ///< of one iteration, all threads
  double samples_per_second = kNone;
  std::string metric;  ///< what `quality` is: "accuracy"; empty for a step
  double quality = kNone;
  std::map<std::string, double> other;  ///< further results of the evaluation, by name
  double loss = kNone;                  ///< of the last epoch's training
  std::string state_hash;
  std::string compute_threads;       ///< in force
  std::size_t disturbed_blocks = 0;  ///< of a repetition's steps, also when measured again

  /// "resnet8/onednn/fixed/step" or "resnet8/onednn/fixed/step_mean".
  [[nodiscard]] std::string full_name() const;

  /// Whether the quantities are shares (of the mean) rather than in their units.
  [[nodiscard]] bool is_relative() const { return aggregate == "cv"; }
};

[[nodiscard]] Row row_of(const Record& record, std::size_t family, int repetitions);

/// mean, median, stddev (sample standard deviation) and cv (stddev / mean) over the repetitions
/// that passed. None for fewer than two.
[[nodiscard]] std::vector<Row> aggregates_of(std::span<const Row> repetitions);

/// The rows that are shown of a benchmark: those of its repetitions and then the aggregates over
/// them. A cell that is given up has one outcome for all replicas not tried: one row says it.
[[nodiscard]] std::vector<Row> with_aggregates(std::span<const Row> repetitions);

}  // namespace ndbench
