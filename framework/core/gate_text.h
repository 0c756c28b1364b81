#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/gate_findings.h"
#include "core/gate_history.h"

namespace ndbench {

/// What was made of a run.
struct GateVerdict {
  JudgedRun run;
  std::vector<Finding> findings{};      ///< worst first
  std::size_t histories = 0;            ///< that were looked at
  std::size_t longest = 0;              ///< how many runs the longest of them has
  std::vector<std::string> unjudged{};  ///< what could not be looked at, and why
};

/// Longest comment that GitHub takes, in characters.
inline constexpr std::size_t kLongestComment = 65'536;

/// A comment in Markdown that is shorter than that, worst first.
[[nodiscard]] std::string gate_text(const GateVerdict& verdict);

}  // namespace ndbench
