#pragma once

#include <cstddef>

namespace ndbench {

/// Bytes of the largest piece of memory that anything in this process, libraries included, asked
/// for since the last call. 0 under sanitizers, which have an allocator of their own.
[[nodiscard]] std::size_t take_largest_allocation();

}  // namespace ndbench
