#pragma once

#include <string>
#include <string_view>

namespace ndbench {

/// XXH3-128 of `bytes` as `xxh128sum` prints it: 32 hexadecimal digits.
[[nodiscard]] std::string content_hash(std::string_view bytes);

}  // namespace ndbench
