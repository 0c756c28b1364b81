#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/host_facts.h"
#include "core/host_sample.h"

namespace ndbench {

/// The worse, the larger.
enum class Fitness {
  kOk,
  kUnknown,  ///< the host does not tell
  kWarn,     ///< measures, but wider intervals or results that hold for less
  kUnfit,    ///< what would be measured is not what was meant
};

/// "ok", "unknown", "warn", "unfit"
[[nodiscard]] std::string_view describe(Fitness fitness);

/// One question about a host, answered. framework/docs/doctor.md says why each is asked.
struct Check {
  std::string name;  ///< "processor_use"
  Fitness status{};
  std::string finding;  ///< what was seen, with numbers
  std::string advice;   ///< what to do about it; "" if nothing
};

/// Judges by what was read and seen alone.
[[nodiscard]] std::vector<Check> judge(const HostFacts& facts, const HostActivity& activity);

/// The worst of all; kUnknown counts as kOk.
[[nodiscard]] Fitness worst(const std::vector<Check>& checks);

}  // namespace ndbench
