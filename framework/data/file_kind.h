#pragma once

#include <filesystem>
#include <string>

namespace ndbench {

/// By the ending of a name, in upper or lower case.
[[nodiscard]] bool is_picture_name(const std::filesystem::path& file);
[[nodiscard]] bool is_video_name(const std::filesystem::path& file);
[[nodiscard]] bool is_list_name(const std::filesystem::path& file);

/// The endings that make a name one of a picture or of a video, for messages.
[[nodiscard]] std::string picture_endings();
[[nodiscard]] std::string video_endings();

}  // namespace ndbench
