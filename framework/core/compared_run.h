#pragma once

#include <string>
#include <vector>

#include "core/facts.h"
#include "core/measured_run.h"

namespace ndbench {

/// A benchmark of one run, as far as another run's can be held against it.
struct ComparedBenchmark {
  std::string name;
  Facts target{};                 ///< where it ran: what a target's fingerprint is over
  Facts settings{};               ///< what it is: parameters, batch size, mode
  std::string problem{};          ///< why nothing of it counts; "" if something does
  std::vector<double> seconds{};  ///< of one iteration, of each replica; positive
  std::string no_seconds{};       ///< why there are none, if there are none
  std::string metric{};           ///< what its results are; "" if it has none
  bool higher_is_better = true;
  std::vector<double> results{};      ///< of each replica
  std::vector<std::string> states{};  ///< hashes, each replica's at its end
  bool must_repeat = false;           ///< replicas share their seeds, and must end in one state
  Facts origin{};                     ///< what a state follows from beside target and settings
};

/// One side of a comparison, wherever its numbers come from.
struct ComparedRun {
  std::string source;  ///< the folder or file
  std::string id{};    ///< of the run; "" where it has none
  std::string words;   ///< what it is, in a line: "run 3f2a0c91 of suite x, begun …"
  bool replicas_are_processes = true;           ///< else repetitions within one
  bool is_complete = true;                      ///< it came to its end
  std::vector<ComparedBenchmark> benchmarks{};  ///< in their order; names are unique
};

/// Of every cell that has a record. Replicas count that ran to their end.
[[nodiscard]] ComparedRun compared_run(const MeasuredRun& run);

/// Of one cell.
/// @param records     of all its replicas; at least one.
/// @param suite_seed  that seeds were derived from
[[nodiscard]] ComparedBenchmark compared_benchmark(const std::vector<const Record*>& records,
                                                   const Machine& machine,
                                                   const std::string& suite_seed);

}  // namespace ndbench
