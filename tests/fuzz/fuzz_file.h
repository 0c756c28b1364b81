#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

/// A folder of this process for the files that a reader is fed with. Put TMPDIR into memory.
inline const std::filesystem::path& fuzz_folder() {
  static const std::filesystem::path folder = [] {
    auto path =
        std::filesystem::temp_directory_path() / ("ndbench-fuzz-" + std::to_string(::getpid()));
    std::filesystem::create_directories(path);
    return path;
  }();
  return folder;
}

inline std::filesystem::path fuzz_file(const std::filesystem::path& place, std::string_view bytes) {
  const std::filesystem::path file = fuzz_folder() / place;
  if (!std::filesystem::exists(file)) {
    std::filesystem::create_directories(file.parent_path());
  }
  std::ofstream(file, std::ios::binary) << bytes;
  return file;
}
