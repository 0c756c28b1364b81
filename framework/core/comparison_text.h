#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/run_comparison.h"

namespace ndbench {

/// Bumped on any change of the form of comparison_json(); framework/docs/compare.md describes it.
inline constexpr int kComparisonVersion = 1;

/// For a terminal of 80 columns.
[[nodiscard]] std::string comparison_text(const RunComparison& comparison);

/// The same as a Markdown page.
[[nodiscard]] std::string comparison_markdown(const RunComparison& comparison);

/// The same for programs. Strict when written by json_text(): NaN is null.
[[nodiscard]] nlohmann::json comparison_json(const RunComparison& comparison);

// What all of them say in the same words.

/// "1 SLOWER, 3 SAME, 4 SAME BITS": how often each verdict was given, worst first; "no verdict".
[[nodiscard]] std::string verdict_counts(const RunComparison& comparison);

/// "time", "bits", "accuracy", "spread of accuracy", "all": what a verdict is about.
[[nodiscard]] std::string quantity_words(const Change& change);

/// "1.02 ms → 1.13 ms"; "" where there are no numbers.
[[nodiscard]] std::string values_words(const Change& change);

/// "B/A 1.103 [1.091, 1.115]", of results "B − A +0.0010 [-0.0008, +0.0028]"; "" likewise.
[[nodiscard]] std::string change_words(const Change& change);

/// "p = 0.0043"; of what is the same "p = 0.0002 that it is not".
[[nodiscard]] std::string evidence_words(const Change& change);

}  // namespace ndbench
