#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/exit_code.h"
#include "core/intervals.h"

namespace ndbench {

/// Fewest processes whose median counts as a night: with three, false alarms are six times as many.
inline constexpr int kFewestForNight = 5;

/// A benchmark on a target, run by run up to the one that is judged.
struct History {
  std::string name;      ///< of the benchmark
  std::string target;    ///< 16 hexadecimal digits
  std::string quantity;  ///< "seconds", the metric of the result, "epochs to 0.9"
  bool higher_is_better = false;
  std::vector<double> values;          ///< of a run each, oldest first
  std::vector<std::string> commits;    ///< that ndbench was built from
  std::vector<std::string> runs{};     ///< their ids
  std::vector<std::string> started{};  ///< UTC
};

/// The results of a benchmark's replicas on a target, run by run up to the one that is judged.
struct SpreadHistory {
  std::string name;
  std::string target;
  std::string metric;
  std::vector<std::vector<double>> runs;  ///< oldest first: the replicas' results
  std::vector<std::string> commits;
};

/// The one state in which all replicas of a benchmark ended, in the run that is judged and in what
/// it is held against.
struct StateHistory {
  std::string name;
  std::string target;
  std::string before;  ///< state hash
  std::string now;
  std::string commit_before;  ///< of the run before
  bool is_committed = false;  ///< `before` is from a file of committed hashes, not from a run
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
  double change = 0.0;   ///< relative; infinite where `before` is 0 and `after` is not
  Interval interval{};   ///< of `change`, 95 %, as if the run with which it begins had been known
  double p = 0.0;
  std::size_t runs = 0;          ///< of the history
  std::size_t since = 0;         ///< how many of them lie after the change, the judged one included
  std::string commit_before;     ///< of the last run before it
  std::string states{};          ///< kDrift: "1234… → 5678…"
  std::string measured_again{};  ///< what measuring again has shown; "" where none was
  bool is_refuted = false;       ///< measured again it was not there
};

/// Changes of level (change_points.h) in a history that were not there without its last value.
[[nodiscard]] std::vector<Finding> findings_in(const History& history);

/// Whether the replicas of the last run spread more than those of up to 50 runs before, and those
/// of the run before did not yet: by a quarter at least, by the F-test at p < 1e-4, and not because
/// of one that strays: their distances from the median are larger by Welch's test at p < 0.05.
[[nodiscard]] std::vector<Finding> findings_in(const SpreadHistory& history);

/// Whether the state has changed although the suite has not.
[[nodiscard]] std::vector<Finding> findings_in(const StateHistory& history);

/// Adds what is found in each of them, histories of one of the three kinds.
template <typename Histories>
void add_findings(const Histories& histories, std::vector<Finding>& findings) {
  for (const auto& history : histories) {
    for (Finding& finding : findings_in(history)) findings.push_back(std::move(finding));
  }
}

/// Worst first: drift, then by the size of the change; what was refuted last.
void sort_by_weight(std::vector<Finding>& findings);

/// kDeterminismBreach for a drift, kRegression for a change to the worse that was not refuted.
[[nodiscard]] ExitCodes exit_codes_of(const std::vector<Finding>& findings);

}  // namespace ndbench
