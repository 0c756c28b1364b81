#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace ndbench {

/// The folder of one run in a folder of results: a journal, and the files that it names.
struct Fragment {
  std::filesystem::path folder;
  std::uint64_t bytes = 0;    ///< of its journal
  std::int64_t modified = 0;  ///< its journal, in nanoseconds
  [[nodiscard]] std::string name() const { return folder.filename().string(); }
  [[nodiscard]] std::filesystem::path journal() const { return folder / "journal.jsonl"; }
};

/// Ends the name of a folder that is still being copied, and is no fragment yet.
inline constexpr std::string_view kPartialFragment = ".partial";

/// Whether a folder is one, symbolic links not followed.
[[nodiscard]] bool is_fragment(const std::filesystem::path& folder);

/// @throws ResultsError where it is none or cannot be looked at.
[[nodiscard]] Fragment fragment_at(const std::filesystem::path& folder);

/// Those in a folder of results, by name: as names begin with the time, the oldest first.
/// @throws ResultsError
[[nodiscard]] std::vector<Fragment> fragments_in(const std::filesystem::path& results);

/// The first line of its journal, which says what run it is of; null where nothing is written yet
/// or the line is damaged.
[[nodiscard]] nlohmann::json header_of(const Fragment& fragment);

/// The run that a fragment is of; "" where its journal does not say.
[[nodiscard]] std::string run_of(const Fragment& fragment);

}  // namespace ndbench
