#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace ndbench {

/// What must be the same of two benchmarks for their numbers to be compared, by name.
using Facts = std::map<std::string, std::string>;

/// A value as words: a text itself, a list's parts with spaces between, all else as JSON.
[[nodiscard]] std::string fact_text(const nlohmann::json& value);

/// The members of an object, those of its objects by both names: "libraries oneDNN". Lists are
/// words with spaces between.
[[nodiscard]] Facts facts_of(const nlohmann::json& object);

/// "cores 2 / 4, cpu_model AMD EPYC / Xeon": where they differ; "" where they do not. Of long
/// values, the words that one of the two has alone. Made safe to show.
[[nodiscard]] std::string difference_words(const Facts& a, const Facts& b);

}  // namespace ndbench
