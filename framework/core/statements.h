#pragma once

#include <string>
#include <vector>

#include "core/report.h"

namespace ndbench {

/// One sentence about a run for people in a hurry.
struct Statement {
  enum class Weight { kBad, kWarning, kGood, kNote } weight{};
  std::string word;  ///< what it is about, so that no colour has to be seen: "failed", "cost"
  std::string text;
};

/// What a run shows, worst news first.
[[nodiscard]] std::vector<Statement> statements_of(const Report& report);

}  // namespace ndbench
