#pragma once

#include <filesystem>
#include <memory>

#include "data/file_names.h"
#include "data/picture.h"
#include "ndbench/images.h"

namespace ndbench {

/// Examples that are picture files, all brought to one shape or all of one shape already.
class PictureSource final : public ExampleSource {
 public:
  /// `files` are below `folder`. `side` 0: pictures are taken as they are, and must have the size
  /// of the first one; else each becomes a square of that many pixels.
  /// @pre files is not empty.
  /// @throws ndbench::Error if the first one is damaged.
  PictureSource(std::filesystem::path folder, FileNames files, std::int64_t side);

  [[nodiscard]] const PictureShape& shape() const { return shape_; }

  /// @throws ndbench::Error naming both if the first pictures of the two differ in size.
  void check_same_shape(const PictureSource& reference) const;

  void read(std::int64_t index, std::span<std::uint8_t> bytes) const override;

 private:
  [[noreturn]] static void fail(const std::filesystem::path& file, const PictureShape& shape,
                                const PictureSource& reference);

  std::filesystem::path folder_;
  FileNames files_;
  PictureShape wanted_;
  PictureShape shape_;
};

/// Makes the pictures the pixels of two splits.
/// @throws ndbench::Error if they differ in size.
void attach_pictures(ImageSplits& splits, std::shared_ptr<const PictureSource> train,
                     std::shared_ptr<const PictureSource> test);

}  // namespace ndbench
