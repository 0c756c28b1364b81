#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "core/measured_block.h"
#include "core/offspring.h"
#include "core/outcome.h"
#include "core/plan.h"
#include "core/protocol.h"

namespace ndbench {

/// One measured row: a replica of a cell, with its raw samples and what they came from.
struct Record {
  Cell cell;
  int replica = 0;
  Outcome outcome;

  Seeds seeds;
  Parameters parameters;
  Tooling tooling;  ///< of the mode, the knobs that the backend has
  std::map<std::string, std::string> in_force;
  std::map<std::string, std::string> libraries;
  std::map<std::string, std::string> environment;  ///< in the worker: what changes computing
  std::array<double, 3> load_average{};            ///< of the machine, before the worker started

  double prepare_seconds = 0.0;  ///< loading plugins and data, building the network
  int warmup_steps = 0;          ///< scope step: untimed ones before the first block
  StepSamples steps;             ///< scope step: of all blocks in order; losses of planned steps
  /// Scope step: those that `steps` is made of. Scope epoch: one per epoch, unless others ran
  /// beside.
  std::vector<MeasuredBlock> blocks;
  std::vector<MeasuredBlock> discarded;  ///< scope step: disturbed ones that were measured again
  std::vector<EpochSample> epochs;       ///< scope epoch
  State state;                           ///< at the end; no hash for one that did not get there
  std::int64_t peak_memory_bytes = 0;
  std::int64_t peak_device_memory_bytes = 0;  ///< 0 where the device has no memory of its own
  double round_seconds = 0.0;  ///< scope step: that its round took, of one replica of each mode
  int jobs = 1;                ///< how many replicas ran side by side at most, this one among them
  std::vector<TracePoint> trace;  ///< by step, from 0; of a failed replica as far as it came
  PluginFile model_plugin{};      ///< what its worker opened
  PluginFile backend_plugin{};
  std::vector<Outcome> attempts{};  ///< before this one; none of them counts
  LeftProcesses left_processes{};   ///< that its workers left behind, and that were killed

  /// Iterations, wall-clock and processor seconds of one iteration. A step's wall-clock is the
  /// median over the timed steps, an epoch's the mean over the epochs, evaluation included.
  [[nodiscard]] int iterations() const;
  [[nodiscard]] double real_seconds() const;
  [[nodiscard]] double cpu_seconds() const;

  /// Training examples per second of real_seconds().
  [[nodiscard]] double samples_per_second() const;

  /// Whether its times may be set against another record's: not where others ran beside it.
  [[nodiscard]] bool has_times_to_compare() const { return jobs == 1; }

  /// Whether its cell is not tried again: it failed otherwise than by ending in other bits, or was
  /// skipped, unless for an environment of its own, which says nothing about the next.
  [[nodiscard]] bool ends_cell() const;

  /// The last evaluation; nullptr for a step.
  [[nodiscard]] const Evaluation* evaluation() const;
};

}  // namespace ndbench
