#include "core/scratch_folder.h"

#include <fmt/format.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "core/durable_file.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path) {
  throw ResultsError(fmt::format(
      "cannot create the folder '{}': {}; make room there or choose another place (--results, or "
      "TMPDIR for runs that keep nothing)",
      path.string(), std::strerror(errno)));
}

fs::path temporary_parent() {
  const char* given = std::getenv("TMPDIR");
  return given != nullptr && *given != '\0' ? given : "/tmp";
}

}  // namespace

ScratchFolder::ScratchFolder(const fs::path& parent) {
  if (parent.empty()) {
    std::string pattern = (temporary_parent() / "ndbench-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) fail(pattern);
    path_ = pattern;
  } else {
    path_ = parent / "scratch";
    const bool is_made = mkdir(path_.c_str(), 0700) == 0;
    if (!is_made && !(errno == EEXIST && fs::is_directory(fs::symlink_status(path_)))) fail(path_);
  }
  // Workers are given it, wherever they work.
  path_ = fs::absolute(path_);
}

ScratchFolder::~ScratchFolder() {
  if (is_kept_) return;
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace ndbench
