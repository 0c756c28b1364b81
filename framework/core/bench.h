#pragma once

#include <functional>
#include <vector>

#include "core/output.h"
#include "core/scheduler.h"

namespace ndbench {

/// Told of the rows of each cell once all its repetitions are done; repetitions, then aggregates.
using RowsObserver = std::function<void(const std::vector<Row>&)>;

/// Lets Google Benchmark ask the scheduler for every repetition of every cell.
/// @throws what the scheduler threw, after the rows measured so far have been handed out.
void run_benchmarks(Scheduler& scheduler, bool random_interleaving, int verbosity,
                    const RowsObserver& on_rows);

/// The header of the results, as far as Google Benchmark knows this machine.
[[nodiscard]] RunContext read_run_context(const std::string& executable);

}  // namespace ndbench
