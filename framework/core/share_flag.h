#pragma once

#include <string>

namespace ndbench {

/// The share that a flag was given as "2%" or "0.02".
/// @throws UsageError naming the flag where it is none from `least` to `most`.
[[nodiscard]] double read_share(const char* flag, const std::string& text, double least,
                                double most);

}  // namespace ndbench
