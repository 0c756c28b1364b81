#include "ndbench/images.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

#include "data/idx.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFashionMnist = "fashion-mnist";

/// The first folder `<data_path>/<name>` that exists.
fs::path find_set(const std::string& name, const std::vector<fs::path>& data_path,
                  std::string_view install) {
  std::vector<std::string> tried;
  for (const fs::path& parent : data_path) {
    fs::path folder = parent / name;
    std::error_code error;
    if (fs::is_directory(folder, error)) {
      return folder;
    }
    tried.push_back(folder.string());
  }
  throw Error(
      fmt::format("data set '{}' not found; tried {}; {}, or name the folder that holds "
                  "'{}' with --data",
                  name, tried.empty() ? "no folder" : fmt::format("{}", fmt::join(tried, ", ")),
                  install, name));
}

/// `folder`/`file` as it is, or compressed.
fs::path plain_or_gzip(const fs::path& folder, const std::string& file) {
  std::error_code error;
  fs::path plain = folder / file;
  return fs::exists(plain, error) ? plain : folder / (file + ".gz");
}

Images read_fashion_mnist(const fs::path& folder, const std::string& split, std::int64_t subset) {
  constexpr std::int64_t kSide = 28;
  constexpr std::int64_t kClasses = 10;
  const fs::path images_path = plain_or_gzip(folder, split + "-images-idx3-ubyte");
  const fs::path labels_path = plain_or_gzip(folder, split + "-labels-idx1-ubyte");
  IdxArray pixels = read_idx(images_path, 3, subset);
  IdxArray labels = read_idx(labels_path, 1, subset);

  if (pixels.shape[1] != kSide || pixels.shape[2] != kSide) {
    throw Error(fmt::format(
        "{}: holds images of {}x{} pixels (header, byte 8), where {} has "
        "{}x{}; check that it is the right file",
        images_path.string(), pixels.shape[1], pixels.shape[2], kFashionMnist, kSide, kSide));
  }
  const std::int64_t available = pixels.shape[0];
  if (labels.shape[0] != available) {
    throw Error(
        fmt::format("{}: holds {} labels (header, byte 4), but {} holds {} images; "
                    "download both again",
                    labels_path.string(), labels.shape[0], images_path.string(), available));
  }
  if (subset > available) {
    throw Error(
        fmt::format("{}: holds {} examples, but a subset of {} is asked for; ask for at "
                    "most {}, or 0 for all",
                    images_path.string(), available, subset, available));
  }
  const auto bad = std::find_if(labels.values.begin(), labels.values.end(),
                                [](std::uint8_t label) { return label >= kClasses; });
  if (bad != labels.values.end()) {
    constexpr std::int64_t kHeaderBytes = 8;
    throw Error(fmt::format(
        "{}: label {} at byte {} of its uncompressed data is not below {}; "
        "download it again",
        labels_path.string(), *bad, kHeaderBytes + (bad - labels.values.begin()), kClasses));
  }
  return Images{.size = subset == 0 ? available : subset,
                .channels = 1,
                .height = kSide,
                .width = kSide,
                .classes = kClasses,
                .pixels = std::move(pixels.values),
                .labels = std::move(labels.values)};
}

}  // namespace

ImageSplits load_images(const std::string& name, const std::vector<fs::path>& data_path,
                        std::int64_t subset, std::int64_t test_subset) {
  if (name != kFashionMnist) {
    throw Error(fmt::format("data set '{}' is not known; known: {}", name, kFashionMnist));
  }
  if (subset < 0 || test_subset < 0) {
    throw Error(
        fmt::format("data set '{}': subset {} and test_subset {} must not be negative; "
                    "0 means all",
                    name, subset, test_subset));
  }
  const fs::path folder = find_set(
      name, data_path, "run 'apt-get install dataset-fashion-mnist' (/usr/share/datasets)");
  return {.train = read_fashion_mnist(folder, "train", subset),
          .test = read_fashion_mnist(folder, "t10k", test_subset)};
}

}  // namespace ndbench
