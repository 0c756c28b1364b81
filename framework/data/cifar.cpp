#include "data/cifar.h"

#include <fmt/format.h>

#include <algorithm>

#include "data/data_folder.h"
#include "data/file_bytes.h"
#include "data/published_set.h"
#include "data/subset.h"
#include "data/text_lines.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kSide = 32;
constexpr std::int64_t kPixelBytes = 3 * kSide * kSide;

struct Version {
  std::string folder;
  std::vector<std::string> train_files;
  std::string test_file;
  std::string names_file;
  std::int64_t label_bytes;  // the last one counts
  std::int64_t classes;
};

Version version_of(const std::string& dataset) {
  if (dataset == "cifar-100") {
    return {.folder = "cifar-100-binary",
            .train_files = {"train.bin"},
            .test_file = "test.bin",
            .names_file = "fine_label_names.txt",
            .label_bytes = 2,
            .classes = 100};
  }
  return {.folder = "cifar-10-batches-bin",
          .train_files = {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
                          "data_batch_4.bin", "data_batch_5.bin"},
          .test_file = "test_batch.bin",
          .names_file = "batches.meta.txt",
          .label_bytes = 1,
          .classes = 10};
}

/// Adds the records of one file, at most `limit` (0: all); returns how many the file has.
std::int64_t add_records(const fs::path& file, const Version& version, std::int64_t limit,
                         Images& images) {
  const std::int64_t record_bytes = version.label_bytes + kPixelBytes;
  constexpr std::int64_t kMaxFileBytes = std::int64_t{1} << 30;
  const std::vector<std::uint8_t> bytes = read_file_bytes(file, kMaxFileBytes);
  const std::int64_t records = std::ssize(bytes) / record_bytes;
  if (bytes.empty() || std::ssize(bytes) % record_bytes != 0) {
    throw Error(
        fmt::format("{}: ends at byte {}, in the middle of record {}, which needs {} bytes "
                    "from byte {} on; download it again",
                    file.string(), bytes.size(), records, record_bytes, records * record_bytes));
  }
  const std::int64_t taken = limit == 0 ? records : std::min(limit, records);
  for (std::int64_t i = 0; i < taken; ++i) {
    const auto pixels = bytes.begin() + i * record_bytes + version.label_bytes;
    const std::uint8_t label = *(pixels - 1);
    if (label >= version.classes) {
      throw Error(fmt::format("{}: label {} at byte {} is not below {}; download it again",
                              file.string(), label, pixels - 1 - bytes.begin(), version.classes));
    }
    images.labels.push_back(label);
    images.pixels.insert(images.pixels.end(), pixels, pixels + kPixelBytes);
  }
  images.size += taken;
  return records;
}

Images read_split(const DataFolder& folder, const fs::path& place, const Version& version,
                  const std::vector<std::string>& files, std::int64_t subset) {
  Images images{.channels = 3, .height = kSide, .width = kSide, .classes = version.classes};
  std::int64_t available = 0;
  for (const std::string& file : files) {
    if (subset > 0 && images.size == subset) {
      break;
    }
    available += add_records(folder.file(place / file), version,
                             subset == 0 ? 0 : subset - images.size, images);
  }
  (void)examples_to_take((folder.path() / place / files.front()).string(), available, subset);
  return images;
}

/// One a line; where there is no such file, the classes are known by their numbers.
std::vector<std::string> read_class_names(const DataFolder& folder, const fs::path& place,
                                          const Version& version) {
  std::vector<std::string> names;
  if (!folder.has(place / version.names_file)) {
    for (std::int64_t label = 0; label < version.classes; ++label) {
      names.push_back(std::to_string(label));
    }
    return names;
  }
  const fs::path file = folder.file(place / version.names_file);
  const TextLines text(file);
  for (const std::string_view line : text.lines()) {
    if (!line.empty()) {
      names.emplace_back(line);
    }
  }
  if (std::ssize(names) != version.classes) {
    throw Error(fmt::format("{}: holds {} names, where there are {} classes; download it again",
                            file.string(), names.size(), version.classes));
  }
  return names;
}

}  // namespace

ImageSplits read_cifar(const ImageRequest& request, const std::vector<fs::path>& data_path) {
  const Version version = version_of(request.dataset);
  const DataFolder folder = find_data_folder({request.dataset, version.folder}, data_path,
                                             instructions_for(request.dataset));
  const fs::path place = folder.has(version.folder) ? version.folder : ".";
  ImageSplits splits{
      .train = read_split(folder, place, version, version.train_files, request.subset),
      .test = read_split(folder, place, version, {version.test_file}, request.test_subset)};
  splits.train.class_names = read_class_names(folder, place, version);
  splits.test.class_names = splits.train.class_names;
  return splits;
}

}  // namespace ndbench
