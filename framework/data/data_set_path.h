#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

namespace ndbench {

/// The first `<folder>/<name>` that exists, over the folders of `data_path`; canonical.
///
/// `name` may have several parts, "videos/disney.mp4"; none of them may lead elsewhere.
/// @throws ndbench::Error as check_data_set_name() and follow_links(); or, with every place tried
/// and `remedy`, if there
///         is none.
[[nodiscard]] std::filesystem::path find_data_set(
    std::string_view name, const std::vector<std::filesystem::path>& data_path,
    std::string_view remedy);

}  // namespace ndbench
