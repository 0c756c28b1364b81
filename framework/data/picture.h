#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

namespace ndbench {

/// What a picture is wanted as.
struct PictureShape {
  std::int64_t channels = 3;  ///< 3: red, green, blue; 1: grey
  std::int64_t height = 0;    ///< 0 and 0: as the picture is
  std::int64_t width = 0;

  bool operator==(const PictureShape&) const = default;
};

struct Picture {
  PictureShape shape;
  std::vector<std::uint8_t> pixels;  ///< [channels, height, width] row-major
};

/// Decodes a JPEG or PNG file, told apart by their first bytes, and scales it as Scaler does where
/// a size is wanted. The same bytes on every CPU. Rotation marks of cameras are not followed.
///
/// Strict: a file that ends early or that is found damaged anywhere is an error, never a part of a
/// picture. Files over 256 MiB, sides over 16,384 and pictures over 100 million pixels are refused.
/// @throws ndbench::Error naming the file.
[[nodiscard]] Picture read_picture(const std::filesystem::path& file, const PictureShape& wanted);

/// The same for the bytes of a file that is called `name`.
[[nodiscard]] Picture decode_picture(std::span<const std::uint8_t> file, std::string_view name,
                                     const PictureShape& wanted);

}  // namespace ndbench
