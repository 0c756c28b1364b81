#pragma once

#include <filesystem>

namespace ndbench {

/// Renames a damaged database to ndbench.db.bad-<n>, once nobody has it open.
/// @return its new path; "" if by then there is no damage, as another process was faster.
/// @throws ResultsError
[[nodiscard]] std::filesystem::path set_damaged_store_aside(const std::filesystem::path& results);

}  // namespace ndbench
