#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/mode.h"
#include "core/worker_limits.h"
#include "ndbench/parameters.h"

namespace ndbench {

/// A place in a suite file; lines and columns count from 1.
struct Position {
  std::string file;
  unsigned line = 0;
  unsigned column = 0;

  [[nodiscard]] std::string text() const;  ///< "suites/default.toml:12:3"
};

/// A key of a [[model]] table that only the plugin can judge.
struct GivenParameter {
  std::string name;
  ParameterValue value;
  Position position;
  bool is_choice = false;  ///< one of an array's: a part of the model's name
};

struct ModelEntry {
  std::string name;    ///< first segment of the benchmark names
  std::string plugin;  ///< libndbench_model_<plugin>.so
  std::vector<GivenParameter> parameters;
  Position position;
};

struct BackendEntry {
  std::string name;       ///< second segment of the benchmark names
  std::string plugin;     ///< libndbench_backend_<plugin>.so
  int threads = 0;        ///< 0: one per physical core that this process may use
  int device = 0;         ///< which GPU, where it has several
  int shards = 0;         ///< into how many a batch is cut; 0: as the plugin cuts it by itself
  bool required = false;  ///< a backend that cannot run here is a failure, not a skip
  Position position;
};

/// How the scope `step` is measured: per replica `warmup` untimed steps, then `steps` timed ones
/// in `blocks` blocks, interleaved with those of the other modes.
struct StepScope {
  int replicas = 6;  ///< the fewest whose cost is judged
  int steps = 40;
  int warmup = 5;
  int blocks = 4;
  double precision = 0.0;  ///< replicas go on until costs are known to ± this share; 0: they do not
  double time_cap = 600.0;  ///< seconds of measuring a group, after which they do not go on
  std::vector<std::string> cost_by_knob{};  ///< modes whose cost is split over their knobs
};

/// The least and the most that may be asked for, in suites and by flags.
inline constexpr double kFinestPrecision = 0.001;
inline constexpr double kCoarsestPrecision = 0.5;
inline constexpr double kShortestTimeCap = 1.0;
inline constexpr double kLongestTimeCap = 1e6;

/// How the scope `epoch` is measured: per replica `epochs` passes, evaluated after each.
struct EpochScope {
  int replicas = 3;
  int epochs = 1;
  std::optional<double> target{};  ///< quality to reach, in each model's own metric
};

/// When a backend is compared with a reference before it is measured (parity.h).
struct ParityCheck {
  enum class When { kCompared, kAlways, kNever };
  When when = When::kCompared;  ///< kCompared: of a model that two backends or more are measured on
  int step = 5;                 ///< the later one of the two steps that are compared
};

/// What a suite file says, checked as far as it can be without loading a plugin.
struct Suite {
  std::string name;
  std::filesystem::path file;
  std::string text;  ///< the file's bytes, as they were read
  std::string hash;  ///< XXH3-128 of them, 32 hexadecimal digits
  std::uint64_t seed = 0;
  std::vector<Mode> modes;
  std::vector<ModelEntry> models;
  std::vector<BackendEntry> backends;
  std::optional<StepScope> step;
  std::optional<EpochScope> epoch;
  ParityCheck parity{};
  WorkerLimits limits{};
};

/// Reads a suite. Format and keys: framework/docs/suites.md.
/// @throws ndbench::Error "FILE:LINE:COLUMN: what is wrong, what to do" for anything but a
///         well-formed, complete and unambiguous suite.
[[nodiscard]] Suite read_suite(const std::filesystem::path& file);

/// The same for text that is already in memory; `file` is only named in messages.
[[nodiscard]] Suite parse_suite(std::string_view text, const std::filesystem::path& file);

/// The declared parameters with the suite's values in place of the defaults.
/// @throws ndbench::Error naming position, key and the accepted keys, type, range or choices.
[[nodiscard]] Parameters resolve_parameters(const ModelEntry& model,
                                            const std::vector<Parameter>& declared);

}  // namespace ndbench
