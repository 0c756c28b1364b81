#include "data/file_kind.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

namespace ndbench {
namespace {

constexpr std::array<std::string_view, 3> kPictures{".jpg", ".jpeg", ".png"};
constexpr std::array<std::string_view, 14> kVideos{".avi",  ".mp4", ".m4v",  ".mov",  ".mkv",
                                                   ".webm", ".mpg", ".mpeg", ".ts",   ".flv",
                                                   ".wmv",  ".ogv", ".3gp",  ".mjpeg"};

bool ends_with_one_of(const std::filesystem::path& file,
                      std::span<const std::string_view> endings) {
  std::string ending = file.extension().native();
  // Not std::tolower: what it does depends on the locale.
  std::transform(ending.begin(), ending.end(), ending.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return std::find(endings.begin(), endings.end(), ending) != endings.end();
}

}  // namespace

bool is_picture_name(const std::filesystem::path& file) {
  return ends_with_one_of(file, kPictures);
}
bool is_video_name(const std::filesystem::path& file) { return ends_with_one_of(file, kVideos); }
bool is_list_name(const std::filesystem::path& file) {
  return ends_with_one_of(file, std::array<std::string_view, 1>{".txt"});
}

std::string picture_endings() { return fmt::format("{}", fmt::join(kPictures, ", ")); }
std::string video_endings() { return fmt::format("{}", fmt::join(kVideos, ", ")); }

}  // namespace ndbench
