#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ndbench {

/// "; did you mean 'depth'?" for the candidate nearest to `word`, or "" if none is near.
///
/// Near: one edit (insertion, deletion, substitution, swap of neighbours) per three characters,
/// ignoring case; the first of equally near candidates. Words over 64 bytes are near to nothing.
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       const std::vector<std::string>& candidates);

/// "'a', 'b'", with "…" in place of what follows the twentieth.
[[nodiscard]] std::string quoted(std::span<const std::string> words);

}  // namespace ndbench
