#include "data/picture_sequence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <utility>

#include "data/picture.h"

namespace ndbench {
namespace {

class PictureSequence final : public FrameSource {
 public:
  PictureSequence(FileNames pictures, FrameSize size, bool scaled, std::filesystem::path like)
      : pictures_(std::move(pictures)), size_(size), scaled_(scaled), like_(std::move(like)) {}

  void read(std::int64_t first, std::int64_t count, std::span<std::uint8_t> bytes) const override {
    assert(first >= 0 && first + count <= pictures_.size());
    const PictureShape wanted{
        .channels = 3, .height = scaled_ ? size_.height : 0, .width = scaled_ ? size_.width : 0};
    auto target = bytes.begin();
    for (std::int64_t frame = first; frame < first + count; ++frame) {
      const std::string_view file = pictures_[frame];
      const Picture picture = read_picture(file, wanted);
      if (picture.shape.width != size_.width || picture.shape.height != size_.height) {
        throw Error(fmt::format(
            "{}: has {}x{} pixels, but {} has {}x{}; set width and height, to which all are scaled",
            file, picture.shape.width, picture.shape.height, like_.native(), size_.width,
            size_.height));
      }
      target = std::copy(picture.pixels.begin(), picture.pixels.end(), target);
    }
  }

 private:
  FileNames pictures_;
  FrameSize size_;
  bool scaled_;
  std::filesystem::path like_;
};

}  // namespace

std::shared_ptr<const FrameSource> picture_sequence(FileNames pictures, FrameSize size, bool scaled,
                                                    const std::filesystem::path& like) {
  return std::make_shared<PictureSequence>(std::move(pictures), size, scaled, like);
}

}  // namespace ndbench
