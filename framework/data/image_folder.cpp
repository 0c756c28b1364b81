#include "data/image_folder.h"

#include <fmt/format.h>

#include <algorithm>

#include "data/data_folder.h"
#include "data/file_kind.h"
#include "data/picture_source.h"
#include "data/published_set.h"
#include "data/subset.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

struct ClassFolder {
  std::string name;
  FileNames pictures;
};

ClassFolder scan_class(const DataFolder& folder, const fs::path& place) {
  ClassFolder result{.name = place.filename().string(), .pictures = {}};
  for (const DataFolder::Entry& entry : folder.entries(place)) {
    if (entry.is_folder || !is_picture_name(entry.name)) {
      throw Error(
          fmt::format("{}: is {}, where only pictures (.jpg, .jpeg, .png) are expected; "
                      "move it away or convert it",
                      (folder.path() / place / entry.name).string(),
                      entry.is_folder ? "a folder" : "no picture by its name"));
    }
    result.pictures.add(entry.name);
  }
  if (result.pictures.size() == 0) {
    throw Error(
        fmt::format("{}: holds no pictures; put some there (.jpg, .jpeg, .png) or remove "
                    "the folder",
                    (folder.path() / place).string()));
  }
  return result;
}

std::vector<ClassFolder> scan_split(const DataFolder& folder, const fs::path& split) {
  std::vector<ClassFolder> classes;
  for (const DataFolder::Entry& entry : folder.entries(split)) {
    if (!entry.is_folder) {
      throw Error(
          fmt::format("{}: is a file, where only one folder for each class is expected; "
                      "move it away",
                      (folder.path() / split / entry.name).string()));
    }
    classes.push_back(scan_class(folder, split / entry.name));
  }
  if (classes.empty()) {
    throw Error(fmt::format("{}: holds no classes; put one folder of pictures there for each",
                            (folder.path() / split).string()));
  }
  return classes;
}

/// @pre both are sorted by name.
void check_same_classes(const fs::path& train_folder, const std::vector<ClassFolder>& train,
                        const fs::path& test_folder, const std::vector<ClassFolder>& test) {
  const auto [a, b] = std::mismatch(
      train.begin(), train.end(), test.begin(), test.end(),
      [](const ClassFolder& one, const ClassFolder& other) { return one.name == other.name; });
  if (a == train.end() && b == test.end()) {
    return;
  }
  const bool in_train = b == test.end() || (a != train.end() && a->name < b->name);
  throw Error(
      fmt::format("{}: has no counterpart in {}, where both must have the same classes; "
                  "add or remove one",
                  (in_train ? train_folder / a->name : test_folder / b->name).string(),
                  (in_train ? test_folder : train_folder).string()));
}

/// The labels and names of a split; its pictures' files, below the split's folder, go to `files`.
Images gather(const fs::path& split, const std::vector<ClassFolder>& classes, std::int64_t subset,
              FileNames& files) {
  std::int64_t available = 0;
  for (const ClassFolder& one : classes) {
    available += one.pictures.size();
  }
  Images images{.size = examples_to_take(split.string(), available, subset),
                .classes = std::ssize(classes)};
  for (std::int64_t round = 0; files.size() < images.size; ++round) {
    for (std::size_t label = 0; label < classes.size() && files.size() < images.size; ++label) {
      if (round < classes[label].pictures.size()) {
        files.add(fmt::format("{}/{}", classes[label].name, classes[label].pictures[round]));
        images.labels.push_back(static_cast<std::int32_t>(label));
      }
    }
  }
  for (const ClassFolder& one : classes) {
    images.class_names.push_back(one.name);
  }
  return images;
}

}  // namespace

ImageSplits read_image_folder(const ImageRequest& request, const std::vector<fs::path>& data_path) {
  const DataFolder folder =
      find_data_folder({request.dataset}, data_path, instructions_for(request.dataset));
  const std::string test_name = folder.has("test") || !folder.has("val") ? "test" : "val";
  const fs::path train_folder = folder.path() / "train";
  const fs::path test_folder = folder.path() / test_name;
  const auto train = scan_split(folder, "train");
  const auto test = scan_split(folder, test_name);
  check_same_classes(train_folder, train, test_folder, test);

  FileNames train_files;
  FileNames test_files;
  ImageSplits splits{.train = gather(train_folder, train, request.subset, train_files),
                     .test = gather(test_folder, test, request.test_subset, test_files)};
  attach_pictures(
      splits,
      std::make_shared<PictureSource>(train_folder, std::move(train_files), request.image_size),
      std::make_shared<PictureSource>(test_folder, std::move(test_files), request.image_size));
  return splits;
}

}  // namespace ndbench
