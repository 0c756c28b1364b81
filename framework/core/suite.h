#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/mode.h"
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
  bool required = false;  ///< a backend that cannot run here is a failure, not a skip
  Position position;
};

/// How the scope `step` is measured: per replica `warmup` untimed steps, then `steps` timed ones
/// in `blocks` blocks, interleaved with those of the other modes.
struct StepScope {
  int replicas = 5;
  int steps = 40;
  int warmup = 5;
  int blocks = 4;
};

/// How the scope `epoch` is measured: per replica `epochs` passes, evaluated after each.
struct EpochScope {
  int replicas = 3;
  int epochs = 1;
};

/// What a suite file says, checked as far as it can be without loading a plugin.
struct Suite {
  std::string name;
  std::filesystem::path file;
  std::string hash;  ///< XXH3-128 of the file's bytes, 32 hexadecimal digits
  std::uint64_t seed = 0;
  std::vector<Mode> modes;
  std::vector<ModelEntry> models;
  std::vector<BackendEntry> backends;
  std::optional<StepScope> step;
  std::optional<EpochScope> epoch;
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
