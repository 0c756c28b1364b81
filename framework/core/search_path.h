#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

namespace ndbench {

/// The folders of a colon-separated list; empty parts are dropped.
[[nodiscard]] std::vector<std::filesystem::path> split_search_path(std::string_view list);

/// Where data sets are looked for, in order: `given` (--data), NDBENCH_DATA_PATH, the system's
/// folder of data sets.
[[nodiscard]] std::vector<std::filesystem::path> data_path(std::string_view given);

}  // namespace ndbench
