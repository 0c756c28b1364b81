#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "core/suite.h"

namespace ndbench {

enum class ScopeKind { kStep, kEpoch };

/// model × backend × mode × scope: one benchmark.
struct Cell {
  ModelEntry model;
  BackendEntry backend;
  Mode mode;
  ScopeKind scope{};

  [[nodiscard]] std::string name() const;        ///< "resnet8/onednn/fixed/step"
  [[nodiscard]] std::string group_name() const;  ///< the same without the mode
};

/// The flags that change how much of a suite is measured.
struct Limits {
  std::optional<int> replicas;          ///< of every cell
  std::optional<int> iterations;        ///< steps per replica, or epochs per replica
  double minimum_seconds = 0.0;         ///< timed seconds per replica; more iterations if too few
  double minimum_warmup_seconds = 0.0;  ///< untimed seconds per replica of a step cell
  bool dry_run = false;                 ///< one replica of one iteration; nothing is kept
  std::optional<double> precision{};    ///< of step cells; `replicas` is the least number then
  std::optional<double> time_cap{};     ///< seconds for a group whose precision is asked for
};

/// Replicas of a step cell do not go on beyond this many for a precision.
inline constexpr int kMostSequential = 200;

/// What is measured, in order: the cells that a run was asked for.
struct Plan {
  std::vector<Cell> cells;
  StepScope step;
  EpochScope epoch;
  double minimum_seconds = 0.0;
  double minimum_warmup_seconds = 0.0;
  ParityCheck parity{};

  /// How many replicas the cell has; the least number where they go on for a precision.
  [[nodiscard]] int replicas(const Cell& cell) const {
    return cell.scope == ScopeKind::kStep ? step.replicas : epoch.replicas;
  }

  /// Whether replicas of the cell go on until its group's costs are known well enough.
  [[nodiscard]] bool is_sequential(const Cell& cell) const {
    return cell.scope == ScopeKind::kStep && step.precision > 0.0;
  }

  /// How many replicas the cell can come to have.
  [[nodiscard]] int most_replicas(const Cell& cell) const {
    return is_sequential(cell) ? std::max(step.replicas, kMostSequential) : replicas(cell);
  }

  /// The cells that differ from this one in the mode alone, itself included: they are measured
  /// together.
  [[nodiscard]] std::vector<std::size_t> group_of(std::size_t cell) const;
};

/// All cells of a suite, with `limits` in place of the suite's own.
[[nodiscard]] Plan make_plan(const Suite& suite, const Limits& limits);

/// The cells whose name matches, as Google Benchmark matches: an extended regular expression found
/// anywhere in the name; a leading '-' selects the others; "" and "all" select every cell.
/// @throws UsageError if `filter` is no regular expression.
[[nodiscard]] Plan select(Plan plan, const std::string& filter);

/// @throws UsageError if `limits` ask for a precision where no two modes of a step are compared,
///         or for a time cap where no precision is asked for.
void check_precision(const Plan& plan, const Limits& limits);

/// How many iterations of `seconds` each fill `wanted` seconds, at least `least`.
[[nodiscard]] int iterations_for(double wanted, double seconds, int least);

/// In which order the participants of a replica train their block number `block`: forth and back
/// again (A B, B A, …), so that each has the same mean position; odd replicas start with the last.
[[nodiscard]] std::vector<std::size_t> block_order(std::size_t participants, int block,
                                                   int replica);

}  // namespace ndbench
