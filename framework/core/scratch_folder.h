#pragma once

#include <filesystem>

namespace ndbench {

/// A folder for files that are of use during a run alone: gone with this object, whatever is in it.
class ScratchFolder {
 public:
  /// Creates `parent`/scratch, or, for no parent, a folder of its own among the system's temporary
  /// ones ($TMPDIR).
  /// @throws ResultsError naming the path and the system's reason.
  explicit ScratchFolder(const std::filesystem::path& parent = {});
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace ndbench
