#pragma once

namespace ndbench {

/// How many CPUs this process may use, at least 1.
[[nodiscard]] int usable_cpus();

}  // namespace ndbench
