#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/measured_run.h"

namespace ndbench {

/// A number that is followed from run to run: finite, with its interval at 95 % where there are
/// replicas enough for one.
struct Quantity {
  double value = 0.0;
  std::optional<Interval> interval{};
};

/// One benchmark of a run: its replicas and what they say together. Of those that were not measured
/// or did not end well it says nothing: no quantity is ever 0 for want of one.
///
/// Refers to the run, which has to outlive it.
struct MeasuredBenchmark {
  const Cell* cell = nullptr;
  std::string name{};                     ///< "resnet8/onednn/fixed/step"
  std::vector<const Record*> replicas{};  ///< none if the run ended before it
  const GroupSummary* group = nullptr;    ///< nullptr: none of its replicas is there
  const ModeSummary* mode = nullptr;      ///< nullptr: none ended well, or it is one knob's part

  [[nodiscard]] std::size_t count(Status status) const;  ///< of replicas
  [[nodiscard]] std::string target() const;              ///< fingerprint; "" if nothing passed
  [[nodiscard]] std::string metric() const;              ///< of its results; "" for a step

  /// Of one iteration of each replica that passed; none where others ran beside them, as those
  /// times compare with no others.
  [[nodiscard]] std::vector<double> all_seconds() const;

  [[nodiscard]] std::optional<Quantity> seconds() const;    ///< median of all_seconds()
  [[nodiscard]] std::optional<Quantity> ratio() const;      ///< of times, to the reference mode's
  [[nodiscard]] std::optional<Quantity> quality() const;    ///< mean over the replicas
  [[nodiscard]] std::optional<Quantity> deviation() const;  ///< of the quality, over the replicas
  [[nodiscard]] std::optional<std::int64_t> peak_memory_bytes() const;  ///< largest of those passed
};

/// The benchmarks that the run was to measure, in the order of its plan.
[[nodiscard]] std::vector<MeasuredBenchmark> benchmarks_of(const MeasuredRun& run);

}  // namespace ndbench
