#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace ndbench {

/// Bumped on any change of the lines that frame the records of a journal; results/README.md
/// describes them.
inline constexpr int kJournalVersion = 1;

/// A line of a journal, its newline included: `value` as strict JSON, whose first member is the
/// XXH3-64 of all that follows it.
/// @pre `value` is an object with a member.
[[nodiscard]] std::string seal(const nlohmann::json& value);

/// What is wrong with the frame of a sealed line, which is without its newline; "" if it fits its
/// checksum.
[[nodiscard]] std::string seal_problem(std::string_view line);

/// The object that was sealed; `line` is without the newline.
/// @throws ndbench::Error saying what is wrong with the line.
[[nodiscard]] nlohmann::json unseal(std::string_view line);

}  // namespace ndbench
