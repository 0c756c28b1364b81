#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/exit_code.h"

namespace ndbench {

/// Fewest processes whose median counts as a night: with three, false alarms are six times as many.
inline constexpr int kFewestForNight = 5;

/// A benchmark on a target, run by run up to the one that is judged.
struct History {
  std::string name;      ///< of the benchmark
  std::string target;    ///< 16 hexadecimal digits
  std::string quantity;  ///< "seconds", or the metric of the result
  bool higher_is_better = false;
  std::vector<double> values;        ///< of a run each, oldest first: median seconds, mean result
  std::vector<std::string> commits;  ///< that ndbench was built from
};

/// The one state in which all replicas of a benchmark ended, in the run that is judged and in the
/// newest one of the same suite before it.
struct StateHistory {
  std::string name;
  std::string target;
  std::string before;  ///< state hash
  std::string now;
  std::string commit_before;
};

/// A change that the judged run shows for the first time.
struct Finding {
  enum class Kind { kDrift, kWorse, kBetter };  ///< worst first
  Kind kind{};
  std::string name;
  std::string target;
  std::string quantity;  ///< "state" for kDrift
  double before = 0.0;   ///< mean of the runs before the change
  double after = 0.0;    ///< since it
  double change = 0.0;   ///< relative; 0 where `before` is 0
  double p = 0.0;
  std::size_t runs = 0;       ///< of the history
  std::size_t since = 0;      ///< how many of them lie after the change, the judged one included
  std::string commit_before;  ///< of the last run before it
  std::string states{};       ///< kDrift: "1234… → 5678…"
};

/// A change of level (change_points.h) in a history that was not there without its last value.
[[nodiscard]] std::optional<Finding> finding_in(const History& history);

/// Whether the state has changed although the suite has not.
[[nodiscard]] std::optional<Finding> finding_in(const StateHistory& history);

/// Worst first: drift, then by the size of the change.
void sort_by_weight(std::vector<Finding>& findings);

/// kDeterminismBreach for a drift, kRegression for a change to the worse.
[[nodiscard]] ExitCodes exit_codes_of(const std::vector<Finding>& findings);

}  // namespace ndbench
