#pragma once

#include <string>
#include <vector>

namespace ndbench {

/// "none", "abort", "throw", …: what commit() can be asked for.
[[nodiscard]] const std::vector<std::string>& misdeeds();

/// Announces the misdeed on stderr, then does it. Returns from "none", "print", "leave_child" and
/// the misdeeds against the connection to the supervisor.
void commit(const std::string& misdeed, const std::string& phase);

}  // namespace ndbench
