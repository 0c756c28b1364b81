#include "data/frame_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "data/data_folder.h"
#include "data/file_kind.h"
#include "data/frame_folder.h"
#include "data/text_lines.h"
#include "ndbench/error.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxDepth = 8;
constexpr std::size_t kMaxLineBytes = 4096;
// Lists of lists can name more than any disk holds.
constexpr std::int64_t kMaxEntries = 10'000'000;

std::string_view trimmed(std::string_view line) {
  constexpr std::string_view kBlank = " \t\r";
  const std::size_t first = line.find_first_not_of(kBlank);
  if (first == std::string_view::npos) {
    return {};
  }
  return line.substr(first, line.find_last_not_of(kBlank) - first + 1);
}

/// What `read` gives; its errors name the line.
template <typename Read>
auto at(const std::string& place, const Read& read) {
  try {
    return read();
  } catch (const Error& reason) {
    throw Error(fmt::format("{}: {}", place, reason.what()));
  }
}

class ListReader {
 public:
  explicit ListReader(const fs::path& folder) : set_(folder) {}

  void read(const fs::path& list) {
    const fs::path file = fs::canonical(set_.file(list));
    if (std::find(open_.begin(), open_.end(), file) != open_.end()) {
      throw Error(fmt::format("{}: this list leads back to itself; remove one of its entries",
                              list.native()));
    }
    if (open_.size() == kMaxDepth) {
      throw Error(fmt::format("{}: is a list {} lists deep; put its entries into one list",
                              list.native(), kMaxDepth));
    }
    open_.push_back(file);
    begin_take();
    read_lines(list);
    begin_take();
    open_.pop_back();
  }

  std::vector<Take> takes;

 private:
  void read_lines(const fs::path& list) {
    const TextLines text(set_.file(list));
    std::int64_t line = 0;
    for (std::string_view entry : text.lines()) {
      ++line;
      constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
      if (line == 1 && entry.starts_with(kByteOrderMark)) {
        entry.remove_prefix(kByteOrderMark.size());
      }
      entry = trimmed(entry);
      const std::string place = fmt::format("{}, line {}", list.native(), line);
      check(entry, place);
      if (!entry.empty()) {
        add(list, entry, place);
      }
    }
  }

  void check(std::string_view entry, const std::string& place) {
    if (entry.size() > kMaxLineBytes) {
      throw Error(fmt::format("{}: {} bytes are too long for a path; check that this is a list",
                              place, entry.size()));
    }
    const auto is_control = [](char c) {
      return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    };
    if (std::any_of(entry.begin(), entry.end(), is_control)) {
      throw Error(
          fmt::format("{}: a control character in a path; check that this is a list", place));
    }
    if (++entries_ > kMaxEntries) {
      throw Error(fmt::format("{}: more than {} entries; use fewer lists", place, kMaxEntries));
    }
  }

  void add(const fs::path& list, std::string_view entry, const std::string& place) {
    const fs::path path = find(list, entry, place);
    if (std::error_code error; fs::is_directory(path, error)) {
      takes.push_back(at(place, [&] { return take_of_pictures(set_, path, std::string(entry)); }));
      begin_take();
    } else if (is_list_name(path)) {
      read(path);
    } else if (is_picture_name(path)) {
      if (begins_) {
        takes.push_back({.name = std::string(entry)});
        begins_ = false;
      }
      takes.back().pictures.add(path.native());
    } else if (is_video_name(path)) {
      takes.push_back({.name = std::string(entry), .video = path});
      begin_take();
    } else {
      throw Error(fmt::format(
          "{}: '{}' is neither a picture ({}), a folder, a video ({}), nor a list (.txt)", place,
          entry, picture_endings(), video_endings()));
    }
  }

  /// The entry as a path that exists and stays inside.
  [[nodiscard]] fs::path find(const fs::path& list, std::string_view entry,
                              const std::string& place) const {
    const fs::path folder = list.parent_path();
    fs::path path = folder / entry;
    if (!set_.has(path)) {
      const fs::path rest = fs::path(entry).lexically_relative(folder.filename());
      if (*fs::path(entry).begin() == folder.filename() && set_.has(folder / rest)) {
        path = folder / rest;
      }
    }
    std::error_code error;
    return fs::is_directory(path, error) ? path : at(place, [&] { return set_.file(path); });
  }

  void begin_take() { begins_ = true; }

  DataFolder set_;
  std::vector<fs::path> open_;  ///< lists, outermost first
  std::int64_t entries_ = 0;
  bool begins_ = true;  ///< whether the next picture is the first of a take
};

}  // namespace

std::vector<Take> takes_of_list(const fs::path& list) {
  std::error_code error;
  const fs::path file = fs::canonical(list, error);
  if (error) {
    throw Error(fmt::format("{}: cannot be reached: {}; check the path and its permissions",
                            list.native(), error.message()));
  }
  ListReader reader(file.parent_path());
  reader.read(file);
  if (reader.takes.empty()) {
    throw Error(
        fmt::format("{}: names no frames; put one path of a picture, folder or list on "
                    "each line",
                    list.native()));
  }
  return std::move(reader.takes);
}

}  // namespace ndbench
