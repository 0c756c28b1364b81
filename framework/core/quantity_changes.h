#pragma once

#include <vector>

#include "core/run_comparison.h"

// How each quantity of a benchmark is judged. What cannot be judged is kNotComparable, with the
// reason. The others have the p of one test each, and their verdict from give_verdicts().
namespace ndbench {

[[nodiscard]] Change cost_change(const ComparedBenchmark& a, const ComparedBenchmark& b,
                                 double threshold);

/// Final, as no chance is in it.
/// @pre both must repeat.
[[nodiscard]] Change bits_change(const ComparedBenchmark& a, const ComparedBenchmark& b);

/// @pre both have results, of one metric.
[[nodiscard]] Change result_change(const ComparedBenchmark& a, const ComparedBenchmark& b,
                                   double threshold);
[[nodiscard]] Change spread_change(const ComparedBenchmark& a, const ComparedBenchmark& b);

/// Adjusts the p of all tests of one quantity, and concludes from them.
void give_verdicts(std::vector<Change*> family);

}  // namespace ndbench
