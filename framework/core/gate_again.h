#pragma once

#include <filesystem>
#include <vector>

#include "core/gate_findings.h"
#include "core/gate_history.h"

namespace ndbench {

/// How what got slower is measured once more.
struct AgainOptions {
  std::filesystem::path now;     ///< folder of the build's ndbench_suite
  std::filesystem::path before;  ///< of the build to hold it against, by turns; "": the history
  std::filesystem::path run;     ///< folder of the judged run: its suite and its flags are taken
};

/// Not more than so many are measured again, the worst.
inline constexpr std::size_t kMostAgain = 20;

/// Whether at least two fifths of the change are there again. More would refute true steps of 5 %
/// on a machine that scatters by 1.5 %; this leaves all of them, and takes away most false alarms
/// (tests/gate_test.cpp).
/// @param ratio  of the new measurement to what was before.
[[nodiscard]] bool is_confirmed(const Finding& finding, double ratio);

/// Measures the benchmarks that got slower again and writes into `findings`, worst first, what
/// came of it. One is refuted if it is not confirmed.
///
/// @throws ndbench::Error if a run cannot be had, with `findings` as they were.
void measure_again(std::vector<Finding>& findings, const AgainOptions& options);

}  // namespace ndbench
