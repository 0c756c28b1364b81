#include "core/search_path.h"

#include <cstdlib>

namespace ndbench {

namespace fs = std::filesystem;

std::vector<fs::path> split_search_path(std::string_view list) {
  std::vector<fs::path> folders;
  while (!list.empty()) {
    const std::size_t end = list.find(':');
    const std::string_view part = list.substr(0, end);
    if (!part.empty()) folders.emplace_back(part);
    list.remove_prefix(end == std::string_view::npos ? list.size() : end + 1);
  }
  return folders;
}

std::vector<fs::path> data_path(std::string_view given) {
  std::vector<fs::path> folders = split_search_path(given);
  if (const char* variable = std::getenv("NDBENCH_DATA_PATH")) {
    for (auto& folder : split_search_path(variable)) folders.push_back(std::move(folder));
  }
  folders.emplace_back("/usr/share/datasets");
  return folders;
}

}  // namespace ndbench
