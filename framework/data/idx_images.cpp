#include "data/idx_images.h"

#include <fmt/format.h>

#include <algorithm>

#include "data/data_folder.h"
#include "data/idx.h"
#include "data/published_set.h"
#include "data/subset.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kSide = 28;
constexpr std::int64_t kClasses = 10;

/// `name` as it is, or compressed.
fs::path plain_or_gzip(const DataFolder& folder, const std::string& name) {
  return folder.file(folder.has(name) ? name : name + ".gz");
}

void check_labels(const fs::path& file, const IdxArray& labels) {
  const auto bad = std::find_if(labels.values.begin(), labels.values.end(),
                                [](std::uint8_t label) { return label >= kClasses; });
  if (bad != labels.values.end()) {
    constexpr std::int64_t kHeaderBytes = 8;
    throw Error(
        fmt::format("{}: label {} at byte {} of its uncompressed data is not below {}; "
                    "download it again",
                    file.string(), *bad, kHeaderBytes + (bad - labels.values.begin()), kClasses));
  }
}

Images read_split(const DataFolder& folder, const std::string& split, std::int64_t subset) {
  const fs::path images_file = plain_or_gzip(folder, split + "-images-idx3-ubyte");
  const fs::path labels_file = plain_or_gzip(folder, split + "-labels-idx1-ubyte");
  IdxArray pixels = read_idx(images_file, 3, subset);
  const IdxArray labels = read_idx(labels_file, 1, subset);

  if (pixels.shape[1] != kSide || pixels.shape[2] != kSide) {
    throw Error(
        fmt::format("{}: holds images of {}x{} pixels (header, byte 8), where this set has "
                    "{}x{}; check that it is the right file",
                    images_file.string(), pixels.shape[1], pixels.shape[2], kSide, kSide));
  }
  const std::int64_t available = pixels.shape[0];
  if (labels.shape[0] != available) {
    throw Error(
        fmt::format("{}: holds {} labels (header, byte 4), but {} holds {} images; "
                    "download both again",
                    labels_file.string(), labels.shape[0], images_file.string(), available));
  }
  const std::int64_t size = examples_to_take(images_file.string(), available, subset);
  check_labels(labels_file, labels);
  return Images{.size = size,
                .channels = 1,
                .height = kSide,
                .width = kSide,
                .classes = kClasses,
                .pixels = std::move(pixels.values),
                .labels = {labels.values.begin(), labels.values.end()}};
}

std::vector<std::string> class_names_of(const std::string& dataset) {
  if (dataset == "mnist") {
    return {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
  }
  return {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
          "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};
}

}  // namespace

ImageSplits read_idx_images(const ImageRequest& request, const std::vector<fs::path>& data_path) {
  const DataFolder folder =
      find_data_folder({request.dataset}, data_path, instructions_for(request.dataset));
  ImageSplits splits{.train = read_split(folder, "train", request.subset),
                     .test = read_split(folder, "t10k", request.test_subset)};
  splits.train.class_names = class_names_of(request.dataset);
  splits.test.class_names = splits.train.class_names;
  return splits;
}

}  // namespace ndbench
