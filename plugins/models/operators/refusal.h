#pragma once

#include <string>
#include <string_view>

namespace ndbench::operators {

/// Why LibTorch does not run an operation, from the text of its error: "raises: …" where it has no
/// deterministic algorithm for it, "lacks: …" where it has none on that device; "" of another
/// error.
[[nodiscard]] std::string refusal(std::string_view error);

}  // namespace ndbench::operators
