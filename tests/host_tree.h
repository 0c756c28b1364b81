#pragma once

#include <filesystem>
#include <string>

#include "core/host_files.h"
#include "temporary_folder.h"

namespace ndbench {

/// A folder that stands for the root of a host's file system: what a test writes is all there is.
class HostTree {
 public:
  HostTree& write(const std::string& path, const std::string& text) {
    const auto file = folder_.path() / std::filesystem::path(path).relative_path();
    std::filesystem::create_directories(file.parent_path());
    write_bytes(file, text);
    return *this;
  }

  [[nodiscard]] HostFiles files() const { return HostFiles(folder_.path()); }

 private:
  TemporaryFolder folder_;
};

}  // namespace ndbench
