#pragma once

#include <string>
#include <vector>

#include "core/gate_findings.h"
#include "core/gate_history.h"

namespace ndbench {

/// The longest comment that hosts of code take.
inline constexpr std::size_t kLongestComment = 65'536;

/// Markdown, worst first, with what reproduces it; shorter than kLongestComment.
/// @param findings  sorted by weight
/// @param judged  histories that were looked at
/// @param runs  that the longest of them has
[[nodiscard]] std::string gate_text(const JudgedRun& run, const std::vector<Finding>& findings,
                                    std::size_t judged, std::size_t runs);

}  // namespace ndbench
