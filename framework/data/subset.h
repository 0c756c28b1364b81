#pragma once

#include <cstdint>
#include <string_view>

namespace ndbench {

/// How many examples to take of `available`, where `subset` are asked for and 0 means all.
/// @throws ndbench::Error beginning with `where` if there are none or fewer than asked for.
[[nodiscard]] std::int64_t examples_to_take(std::string_view where, std::int64_t available,
                                            std::int64_t subset);

}  // namespace ndbench
