#include "data/picture_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

namespace ndbench {

PictureSource::PictureSource(std::filesystem::path folder, FileNames files, std::int64_t side)
    : folder_(std::move(folder)),
      files_(std::move(files)),
      wanted_{.channels = 3, .height = side, .width = side},
      shape_(wanted_) {
  assert(files_.size() > 0);
  if (side == 0) {
    shape_ = read_picture(folder_ / files_[0], wanted_).shape;
  }
}

void PictureSource::check_same_shape(const PictureSource& reference) const {
  if (shape_ != reference.shape_) {
    fail(folder_ / files_[0], shape_, reference);
  }
}

void PictureSource::read(std::int64_t index, std::span<std::uint8_t> bytes) const {
  assert(index >= 0 && index < files_.size());
  const std::filesystem::path file = folder_ / files_[index];
  const Picture picture = read_picture(file, wanted_);
  if (picture.shape != shape_) {
    fail(file, picture.shape, *this);
  }
  assert(bytes.size() == picture.pixels.size());
  std::copy(picture.pixels.begin(), picture.pixels.end(), bytes.begin());
}

void PictureSource::fail(const std::filesystem::path& file, const PictureShape& shape,
                         const PictureSource& reference) {
  throw Error(fmt::format(
      "{}: has {}x{} pixels, where {} has {}x{}; set image_size to bring all "
      "to one size",
      file.native(), shape.width, shape.height, (reference.folder_ / reference.files_[0]).native(),
      reference.shape_.width, reference.shape_.height));
}

void attach_pictures(ImageSplits& splits, std::shared_ptr<const PictureSource> train,
                     std::shared_ptr<const PictureSource> test) {
  test->check_same_shape(*train);
  const PictureShape& shape = train->shape();
  for (Images* images : {&splits.train, &splits.test}) {
    images->channels = shape.channels;
    images->height = shape.height;
    images->width = shape.width;
  }
  splits.train.source = std::move(train);
  splits.test.source = std::move(test);
}

}  // namespace ndbench
