#pragma once

#include <cstdint>
#include <functional>

namespace ndbench {

/// Calls `work` with 0 … count-1, on as many threads as this process has CPUs.
///
/// After a failure nothing new is begun; of the failures, that of the smallest number is thrown, so
/// that an error does not depend on the threads where numbers are begun in order.
void for_each_in_parallel(std::int64_t count, const std::function<void(std::int64_t)>& work);

}  // namespace ndbench
