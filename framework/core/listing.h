#pragma once

#include <string>

#include "core/output.h"
#include "core/plan.h"

namespace ndbench {

/// The names of a plan's benchmarks: one a line, or with kJson as Google Benchmark lists them.
[[nodiscard]] std::string listing(const Plan& plan, Format format);

}  // namespace ndbench
