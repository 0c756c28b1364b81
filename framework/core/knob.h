#pragma once

#include <map>
#include <string>
#include <vector>

#include "ndbench/parameters.h"

namespace ndbench {

/// A setting of the tooling that a mode may fix, apart from all others.
struct Knob {
  enum class Kind {
    kSwitch,    ///< true or false, set by the backend plugin while its Scope is alive
    kVariable,  ///< a variable of the worker's environment, there before any library loads
    kThreads,   ///< threads within an operation
  };

  std::string name;  ///< as suites, backends and records spell it: "cudnn_autotune"
  Kind kind{};
  std::string variable{};              ///< of a kVariable: "ATEN_CPU_CAPABILITY"
  std::vector<std::string> choices{};  ///< of a kVariable: the values it may have, besides ""
  std::string summary{};
};

/// Every knob that ndbench knows, in the order in which costs are split over them.
[[nodiscard]] const std::vector<Knob>& knobs();

/// nullptr if there is no knob of that name.
[[nodiscard]] const Knob* find_knob(const std::string& name);

/// Knobs by name, each with its value: a boolean, a text ("": the variable is not set) or a number
/// of threads. A knob that is not there stays as it is shipped.
using Tooling = std::map<std::string, ParameterValue>;

/// Whether `tooling` sets the switch `name` to true.
[[nodiscard]] bool is_on(const Tooling& tooling, const std::string& name);

/// Whether both leave the knob `name` alone, or set it to the same value.
[[nodiscard]] bool agree(const Tooling& a, const Tooling& b, const std::string& name);

/// The threads that `tooling` sets, or else `otherwise`.
[[nodiscard]] int threads_of(const Tooling& tooling, int otherwise);

/// As suites and records spell it, without quotes: "true", "2", "avx2".
[[nodiscard]] std::string text_of(const ParameterValue& value);

}  // namespace ndbench
