#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ndbench {

/// The folder of the executable that this process runs. What else belongs to ndbench lies beside
/// it, in a build tree as in an install tree.
[[nodiscard]] std::filesystem::path executable_folder();

[[nodiscard]] std::filesystem::path worker_executable();

/// The files whose change makes another ndbench: supervisor, worker, what both share.
[[nodiscard]] std::vector<std::filesystem::path> program_files();

/// Where the suites lie that come with ndbench.
[[nodiscard]] std::filesystem::path suites_folder();

/// A suite that comes with ndbench.
struct ShippedSuite {
  std::string name;     ///< for --suite
  std::string summary;  ///< first clause of its first comment, or why it cannot be read
};

/// Sorted by name; none if there is no such folder.
[[nodiscard]] std::vector<ShippedSuite> shipped_suites(const std::filesystem::path& folder);

/// The suite that `given` stands for: a path, or the name of one that comes with ndbench.
/// @throws ndbench::Error if it is neither a file nor such a name.
[[nodiscard]] std::filesystem::path find_suite(const std::string& given);

}  // namespace ndbench
