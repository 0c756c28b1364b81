#pragma once

#include <filesystem>

#include "core/compared_run.h"

namespace ndbench {

/// The times in a file of Google Benchmark's JSON, of any program: real_time of each repetition.
/// Aggregates are left out, as are rows that were skipped or failed. A benchmark's target is what
/// the file says of the host; what its settings are is not known but for threads.
///
/// Rows of ndbench_suite, known by their compute_threads, are replicas in processes of their own.
/// @throws ResultsError naming the file and what of it is not as Google Benchmark writes it.
[[nodiscard]] ComparedRun read_google_benchmark(const std::filesystem::path& file);

}  // namespace ndbench
