#pragma once

#include <filesystem>

namespace ndbench {

/// A folder for files that are of use during a run alone: gone with this object, whatever is in it.
class ScratchFolder {
 public:
  /// Creates `parent`/scratch, or takes what an interrupted run kept there, or, for no parent, a
  /// folder of its own among the system's temporary ones ($TMPDIR).
  /// @throws ResultsError naming the path and the system's reason.
  explicit ScratchFolder(const std::filesystem::path& parent = {});
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  /// Leaves the folder where it is, for a run that goes on.
  void keep() { is_kept_ = true; }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  bool is_kept_ = false;
};

}  // namespace ndbench
