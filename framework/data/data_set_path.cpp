#include "data/data_set_path.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>

#include "data/data_folder.h"
#include "ndbench/error.h"

namespace ndbench {
namespace fs = std::filesystem;

fs::path find_data_set(std::string_view name, const std::vector<fs::path>& data_path,
                       std::string_view remedy) {
  check_data_set_name(name);
  std::vector<std::string> tried;
  for (const fs::path& folder : data_path) {
    const fs::path candidate = folder / name;
    std::error_code error;
    if (fs::exists(candidate, error)) {
      return follow_links(name, candidate, data_path);
    }
    tried.push_back(error ? fmt::format("{} ({})", candidate.native(), error.message())
                          : candidate.native());
  }
  throw Error(fmt::format("data set '{}' not found; tried {}; {}", name,
                          tried.empty() ? "no folder" : fmt::format("{}", fmt::join(tried, ", ")),
                          remedy));
}

}  // namespace ndbench
