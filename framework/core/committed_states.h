#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/gate_history.h"

namespace ndbench {

/// State hashes that were accepted for a target and kept under version control: one file for each
/// target and suite, so that a change of them shows up in a review.

/// The file below `folder` for the run's suite on that target.
[[nodiscard]] std::filesystem::path committed_states_file(const std::filesystem::path& folder,
                                                          const JudgedRun& run,
                                                          const std::string& target);

/// Holds the states in which the judged run's benchmarks in mode fixed ended against the committed
/// ones.
/// @param unjudged  is given a line for each target whose file is missing or is of another text of
///                  the suite, and for each benchmark that such a file does not name.
/// @throws ResultsError naming the file that is not as write_committed_states() leaves it.
[[nodiscard]] std::vector<StateHistory> committed_states_of(
    const std::vector<BenchmarkHistory>& benchmarks, const JudgedRun& run,
    const std::filesystem::path& folder, std::vector<std::string>& unjudged);

/// Writes the states of the judged run, a file for each of its targets, and makes the folder. What
/// a file of the same text of the suite has of other benchmarks stays.
/// @return the files.
/// @throws ResultsError
std::vector<std::filesystem::path> write_committed_states(
    const std::vector<BenchmarkHistory>& benchmarks, const JudgedRun& run,
    const std::filesystem::path& folder);

}  // namespace ndbench
