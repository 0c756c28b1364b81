#include "core/installation.h"

#include <fmt/format.h>

#include <algorithm>
#include <regex>
#include <sstream>

#include "core/printable.h"
#include "core/spelling.h"
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

std::vector<fs::path> program_files() {
  std::vector<fs::path> files{fs::read_symlink("/proc/self/exe"), worker_executable()};
  for (const char* shared :
       {"../lib/libndbench.so", NDBENCH_RELATIVE_PLUGIN_FOLDER "/../libndbench.so"}) {
    std::error_code error;
    const fs::path file = (executable_folder() / shared).lexically_normal();
    if (fs::exists(file, error)) {
      files.push_back(file);
      break;
    }
  }
  return files;
}

fs::path find_suite(const std::string& given) {
  const bool is_name = given.find_first_of("/.") == std::string::npos;
  std::error_code error;
  if (!is_name || fs::exists(given, error)) return given;
  const fs::path folder = suites_folder();
  const fs::path shipped = folder / (given + ".toml");
  if (fs::exists(shipped, error)) return shipped;
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  throw Error(
      fmt::format("--suite={}: there is no such file, and no suite of that name{}; in '{}' "
                  "are {}",
                  printable(given), did_you_mean(given, names), folder.string(),
                  names.empty() ? "none" : quoted(names)));
}

}  // namespace ndbench
