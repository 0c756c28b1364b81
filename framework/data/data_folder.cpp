#include "data/data_folder.h"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>

#include "ndbench/error.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

[[noreturn]] void fail(const fs::path& path, std::string_view what, std::string_view remedy) {
  throw Error(fmt::format("{}: {}; {}", path.native(), what, remedy));
}

bool is_below(const fs::path& path, const fs::path& folder) {
  const auto [rest_of_folder, rest] =
      std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return rest_of_folder == folder.end();
}

}  // namespace

DataFolder::DataFolder(fs::path path) : path_(std::move(path)) {
  std::error_code error;
  canonical_ = fs::canonical(path_, error);
  if (error) {
    fail(path_, fmt::format("cannot be reached: {}", error.message()), "check its permissions");
  }
  if (!fs::is_directory(canonical_, error)) {
    fail(path_, "is not a folder", "a data set is a folder of that name; move the file away");
  }
}

bool DataFolder::has(const fs::path& place) const {
  std::error_code error;
  return fs::exists(fs::symlink_status(path_ / place, error));
}

fs::path DataFolder::resolve(const fs::path& place) const {
  const fs::path path = path_ / place;
  std::error_code error;
  fs::path resolved = fs::canonical(path, error);
  if (error == std::errc::no_such_file_or_directory) {
    fail(path, "cannot be found", "put it there, or check where it links to");
  }
  if (error) {
    fail(path, fmt::format("cannot be reached: {}", error.message()),
         "check it and its permissions");
  }
  if (!is_below(resolved, canonical_)) {
    fail(path, fmt::format("leads out of the data set's folder, to {}", resolved.native()),
         "copy or hard-link what it leads to");
  }
  return resolved;
}

fs::path DataFolder::file(const fs::path& place) const {
  std::error_code error;
  const auto status = fs::status(resolve(place), error);
  if (!fs::is_regular_file(status)) {
    fail(path_ / place,
         fs::is_directory(status) ? "is a folder, not a file" : "is not a regular file",
         "put the file of that name there");
  }
  return path_ / place;
}

std::vector<DataFolder::Entry> DataFolder::entries(const fs::path& place) const {
  const fs::path resolved = resolve(place);
  const std::unique_ptr<DIR, CloseFolder> folder(::opendir(resolved.c_str()));
  if (folder == nullptr) {
    fail(path_ / place, fmt::format("cannot be listed: {}", std::strerror(errno)),
         "check that it is a folder, and its permissions");
  }
  std::vector<Entry> result;
  errno = 0;
  for (const dirent* entry = ::readdir(folder.get()); entry != nullptr;
       entry = ::readdir(folder.get())) {
    const std::string_view name = entry->d_name;
    if (name.front() == '.') {
      continue;
    }
    // The file system has mostly told what it is: a call for each of a million files takes long.
    bool is_folder = entry->d_type == DT_DIR;
    if (!is_folder && entry->d_type != DT_REG) {
      std::error_code error;
      const fs::path inside = place / name;
      const auto status = fs::status(resolve(inside), error);
      is_folder = fs::is_directory(status);
      if (!is_folder && !fs::is_regular_file(status)) {
        fail(path_ / inside, "is neither a file nor a folder", "remove it");
      }
    }
    result.push_back({.name = std::string(name), .is_folder = is_folder});
    errno = 0;
  }
  if (errno != 0) {
    fail(path_ / place, fmt::format("cannot be listed: {}", std::strerror(errno)),
         "check its disk");
  }
  std::sort(result.begin(), result.end(),
            [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return result;
}

void check_data_set_name(std::string_view name) {
  std::string shown(name);
  const auto is_control = [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; };
  std::replace_if(shown.begin(), shown.end(), is_control, '?');
  bool is_place = shown == name;
  for (std::size_t begin = 0; begin <= name.size() && is_place;) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    const std::string_view component = name.substr(begin, end - begin);
    is_place = !component.empty() && component != "." && component != "..";
    begin = end + 1;
  }
  if (!is_place) {
    throw Error(
        fmt::format("parameter 'dataset' is '{}', which is not a name below a folder; give one "
                    "without '..', empty parts or control characters, and the folder it is in by "
                    "--data",
                    shown));
  }
}

fs::path follow_links(std::string_view name, const fs::path& place,
                      const std::vector<fs::path>& data_path) {
  std::error_code error;
  fs::path resolved = fs::canonical(place, error);
  if (error) {
    fail(place, fmt::format("cannot be reached: {}", error.message()), "check its permissions");
  }
  const bool is_inside =
      std::any_of(data_path.begin(), data_path.end(), [&](const fs::path& folder) {
        const fs::path root = fs::canonical(folder, error);
        return !error && is_below(resolved, root);
      });
  if (!is_inside) {
    throw Error(fmt::format(
        "parameter 'dataset' is '{}': {} leads to {}, which is in no folder of the data path; if "
        "that is meant, add --data={}",
        name, place.native(), resolved.native(), resolved.parent_path().native()));
  }
  return resolved;
}

DataFolder find_data_folder(std::initializer_list<std::string_view> names,
                            const std::vector<fs::path>& data_path, std::string_view instructions) {
  std::vector<std::string> tried;
  for (const std::string_view name : names) {
    check_data_set_name(name);
    for (const fs::path& parent : data_path) {
      fs::path folder = parent / name;
      std::error_code error;
      const auto status = fs::status(folder, error);
      if (fs::exists(status) || (error && status.type() == fs::file_type::none)) {
        (void)follow_links(name, folder, data_path);
        return DataFolder(std::move(folder));
      }
      tried.push_back(folder.string());
    }
  }
  throw Error(fmt::format(
      "data set '{}' not found; tried {}; {}, or name the folder that holds '{}' with --data",
      *names.begin(), tried.empty() ? "no folder" : fmt::format("{}", fmt::join(tried, ", ")),
      instructions, *names.begin()));
}

}  // namespace ndbench
