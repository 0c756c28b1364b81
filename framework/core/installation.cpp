#include "core/installation.h"

#include <algorithm>
#include <regex>
#include <sstream>

#include "core/printable.h"
#include "core/suite_text.h"
#include "ndbench/error.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

std::string summary_of(const fs::path& file) {
  constexpr std::size_t kLongest = 4096;  // std::regex calls itself for each character
  std::string bytes;
  try {
    bytes = read_suite_bytes(file);
  } catch (const Error& error) {
    return printable(error.what(), 400);
  }
  std::istringstream lines(bytes.substr(0, kLongest));
  std::string text;
  for (std::string line; std::getline(lines, line) && line.starts_with("# ");) {
    text += (text.empty() ? "" : " ") + line.substr(2);
  }
  // Not at the full stop of "et al. (2021)".
  std::smatch match;
  if (std::regex_search(text, match, std::regex("^(.*?)(\\. [A-Z]|: |\\.$|(\\?) )"))) {
    text = match[1].str() + match[3].str();
  }
  return printable(text, 400);
}

}  // namespace

fs::path executable_folder() { return fs::read_symlink("/proc/self/exe").parent_path(); }

fs::path worker_executable() { return executable_folder() / NDBENCH_RELATIVE_WORKER; }

fs::path suites_folder() {
  return (executable_folder() / "../share/ndbench/suites").lexically_normal();
}

std::vector<ShippedSuite> shipped_suites(const fs::path& folder) {
  std::vector<ShippedSuite> suites;
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (entry->path().extension() != ".toml") continue;
    suites.push_back({entry->path().stem().string(), summary_of(entry->path())});
  }
  std::sort(suites.begin(), suites.end(),
            [](const auto& one, const auto& other) { return one.name < other.name; });
  return suites;
}

}  // namespace ndbench
