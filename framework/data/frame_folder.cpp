#include "data/frame_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/file_kind.h"
#include "data/frame_list.h"
#include "ndbench/error.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

struct NumberedName {
  std::string_view prefix;
  std::string_view number;  ///< without leading zeros
};

NumberedName number_of(std::string_view stem) {
  const std::size_t last_other = stem.find_last_not_of("0123456789");
  const std::size_t digits = last_other == std::string_view::npos ? 0 : last_other + 1;
  NumberedName name{.prefix = stem.substr(0, digits), .number = stem.substr(digits)};
  name.number.remove_prefix(std::min(name.number.find_first_not_of('0'), name.number.size()));
  return name;
}

/// frame_10.jpg comes before frame_9.jpg by name: a film shown in that order would be nonsense.
void check_order(const fs::path& folder, std::string_view before, std::string_view after) {
  const NumberedName one = number_of(before.substr(0, before.rfind('.')));
  const NumberedName other = number_of(after.substr(0, after.rfind('.')));
  if (one.prefix == other.prefix &&
      std::pair(one.number.size(), one.number) > std::pair(other.number.size(), other.number)) {
    throw Error(
        fmt::format("{}: comes before '{}' by name, but after it by number; fill the numbers up "
                    "with zeros, so that all have the same length",
                    (folder / before).native(), after));
  }
}

std::vector<Take> takes_in(const DataFolder& set, const fs::path& place) {
  std::vector<Take> takes;
  std::string picture;
  for (DataFolder::Entry& entry : set.entries(place)) {
    if (entry.is_folder) {
      takes.push_back(take_of_pictures(set, place / entry.name, entry.name));
    } else if (is_picture_name(entry.name)) {
      picture = std::move(entry.name);
    } else if (is_video_name(entry.name)) {
      takes.push_back({.name = entry.name, .video = set.file(place / entry.name)});
    }
  }
  const fs::path folder = set.path() / place;
  if (!picture.empty() && !takes.empty()) {
    throw Error(fmt::format(
        "{}: holds pictures (such as '{}') beside '{}', so that it is not clear what a sequence "
        "is; give each sequence of pictures a folder of its own",
        folder.native(), picture, takes.front().name));
  }
  if (!picture.empty()) {
    takes.push_back(take_of_pictures(set, place, set.path().filename().native()));
  }
  if (takes.empty()) {
    throw Error(fmt::format(
        "{}: holds no sequence; put folders of pictures ({}) or video files ({}) into it",
        folder.native(), picture_endings(), video_endings()));
  }
  return takes;
}

}  // namespace

Take take_of_pictures(const DataFolder& set, const fs::path& place, std::string name) {
  const fs::path folder = set.path() / place;
  Take take{.name = std::move(name)};
  std::string before;
  for (DataFolder::Entry& entry : set.entries(place)) {
    if (entry.is_folder || !is_picture_name(entry.name)) {
      continue;
    }
    check_order(folder, before, entry.name);
    take.pictures.add((folder / entry.name).native());
    before = std::move(entry.name);
  }
  if (take.pictures.size() == 0) {
    throw Error(
        fmt::format("{}: a sequence without frames; put its pictures ({}) there or remove "
                    "the folder",
                    folder.native(), picture_endings()));
  }
  return take;
}

TakeSplits takes_of_folder(const fs::path& folder) {
  const DataFolder set(folder);
  if (set.has("train_list.txt") && set.has("test_list.txt")) {
    return {.train = takes_of_list(set.file("train_list.txt")),
            .test = takes_of_list(set.file("test_list.txt"))};
  }
  if (!set.has("train")) {
    return keep_last_fifth(takes_in(set, ""));
  }
  for (const char* test : {"test", "val"}) {
    if (set.has(test)) {
      return {.train = takes_in(set, "train"), .test = takes_in(set, test)};
    }
  }
  return keep_last_fifth(takes_in(set, "train"));
}

}  // namespace ndbench
