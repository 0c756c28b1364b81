#include "data/picture.h"

#include "data/file_bytes.h"
#include "data/picture_decoder.h"
#include "data/scaler.h"

namespace ndbench {

Picture read_picture(const std::filesystem::path& file, const PictureShape& wanted) {
  constexpr std::int64_t kMaxFileBytes = std::int64_t{256} << 20;
  return decode_picture(read_file_bytes(file, kMaxFileBytes), file.native(), wanted);
}

Picture decode_picture(std::span<const std::uint8_t> file, std::string_view name,
                       const PictureShape& wanted) {
  const auto frame = decode_picture_file(file, name);
  const bool scaled = wanted.height > 0;
  Picture picture{.shape = {.channels = wanted.channels,
                            .height = scaled ? wanted.height : frame->height,
                            .width = scaled ? wanted.width : frame->width},
                  .pixels = {}};
  Scaler scaler(picture.shape.channels, picture.shape.height, picture.shape.width);
  picture.pixels.resize(static_cast<std::size_t>(scaler.bytes()));
  scaler.scale(*frame, name, picture.pixels);
  return picture;
}

}  // namespace ndbench
