#pragma once

#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace ndbench {

/// The folder of one data set, of which nothing outside is ever read: the set may be anyone's.
///
/// The folder itself may be reached through links, and links in it may point to places in it.
class DataFolder {
 public:
  struct Entry {
    std::string name;
    bool is_folder = false;  ///< else a regular file
  };

  /// @throws ndbench::Error if `path` cannot be reached or is not a folder.
  explicit DataFolder(std::filesystem::path path);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// Whether there is anything at `place`, which is relative to the folder.
  [[nodiscard]] bool has(const std::filesystem::path& place) const;

  /// Where the regular file `place` is.
  /// @throws ndbench::Error naming it if it is missing, something else, or outside.
  [[nodiscard]] std::filesystem::path file(const std::filesystem::path& place) const;

  /// What is in the folder `place`, by name in the order of bytes, without what begins with a dot.
  /// @throws ndbench::Error naming what cannot be read, is neither file nor folder, or is outside.
  [[nodiscard]] std::vector<Entry> entries(const std::filesystem::path& place) const;

 private:
  /// `place` with all links followed.
  [[nodiscard]] std::filesystem::path resolve(const std::filesystem::path& place) const;

  std::filesystem::path path_;
  std::filesystem::path canonical_;
};

/// Refuses what does not name a place below a folder: absolute names, names with empty components,
/// `.` or `..`, control characters.
/// @throws ndbench::Error saying so.
void check_data_set_name(std::string_view name);

/// `place` with all links followed. The name of a set comes from a suite, which may be anyone's,
/// and a link that it goes through from wherever the folder came: what is not below a folder of
/// `data_path`, be it another one than that of `place`, was not meant to be read.
/// @throws ndbench::Error naming the parameter, the place and where it leads, or that it cannot be
///         reached.
[[nodiscard]] std::filesystem::path follow_links(
    std::string_view name, const std::filesystem::path& place,
    const std::vector<std::filesystem::path>& data_path);

/// The first `<folder of data_path>/<name>` that exists, where earlier names go before later ones.
/// @throws ndbench::Error with every folder tried and `instructions`, which say what to put where;
///         as check_data_set_name() and follow_links().
[[nodiscard]] DataFolder find_data_folder(std::initializer_list<std::string_view> names,
                                          const std::vector<std::filesystem::path>& data_path,
                                          std::string_view instructions);

}  // namespace ndbench
