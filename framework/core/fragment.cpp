#include "core/fragment.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/durable_file.h"
#include "core/journal_line.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

/// Longer ones are no beginning of a run.
constexpr std::size_t kLongestRunLine = std::size_t{16} << 20;

}  // namespace

bool is_fragment(const fs::path& folder) {
  std::error_code error;
  return fs::is_directory(fs::symlink_status(folder, error)) &&
         !folder.filename().string().ends_with(kPartialFragment) &&
         fs::is_regular_file(fs::symlink_status(folder / "journal.jsonl", error));
}

Fragment fragment_at(const fs::path& folder) {
  // "results/a/" is the folder a.
  Fragment fragment{folder.has_filename() ? folder : folder.parent_path()};
  if (!is_fragment(fragment.folder)) {
    throw ResultsError(
        fmt::format("'{}' is no run's folder: it has no journal.jsonl", folder.string()));
  }
  struct stat status {};
  if (lstat(fragment.journal().c_str(), &status) != 0) {
    throw ResultsError(
        fmt::format("cannot read '{}': {}", fragment.journal().string(), std::strerror(errno)));
  }
  fragment.bytes = static_cast<std::uint64_t>(status.st_size);
  fragment.modified = status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec;
  return fragment;
}

std::vector<Fragment> fragments_in(const fs::path& results) {
  std::error_code error;
  fs::directory_iterator folder(results, error);
  std::vector<Fragment> fragments;
  for (; !error && folder != fs::directory_iterator(); folder.increment(error)) {
    if (is_fragment(folder->path())) fragments.push_back(fragment_at(folder->path()));
  }
  if (error) {
    throw ResultsError(
        fmt::format("cannot read the folder '{}': {}", results.string(), error.message()));
  }
  std::sort(fragments.begin(), fragments.end(),
            [](const Fragment& a, const Fragment& b) { return a.folder < b.folder; });
  return fragments;
}

nlohmann::json header_of(const Fragment& fragment) {
  std::ifstream stream(fragment.journal(), std::ios::binary);
  std::string line;
  for (char character = 0; stream.get(character) && character != '\n';) {
    if (line.size() == kLongestRunLine) return nullptr;
    line += character;
  }
  try {
    nlohmann::json value = unseal(line);
    if (value.value("type", "") == "run") return value;
  } catch (const std::exception&) {  // whoever reads the whole journal says what is wrong with it
  }
  return nullptr;
}

std::string run_of(const Fragment& fragment) {
  const nlohmann::json header = header_of(fragment);
  if (!header.is_object()) return "";
  const auto run = header.find("run");
  return run != header.end() && run->is_string() ? run->get<std::string>() : "";
}

}  // namespace ndbench
