#include "data/celeba.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "data/celeba_lists.h"
#include "data/data_folder.h"
#include "data/picture_source.h"
#include "data/published_set.h"
#include "data/subset.h"

namespace ndbench {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPictures = "img_align_celeba";

/// The examples that have an attribute, and those that have not.
void add_groups(std::string_view attribute, std::string_view with, std::string_view without,
                Images& images) {
  const auto found = std::find(images.class_names.begin(), images.class_names.end(), attribute);
  if (found == images.class_names.end()) {
    return;
  }
  SubGroup having{.name = std::string(with), .members = {}};
  SubGroup lacking{.name = std::string(without), .members = {}};
  const auto column = static_cast<std::size_t>(found - images.class_names.begin());
  for (std::size_t at = column; at < images.attributes.size();
       at += static_cast<std::size_t>(images.classes)) {
    having.members.push_back(images.attributes[at]);
    lacking.members.push_back(images.attributes[at] == 0 ? 1 : 0);
  }
  images.groups.push_back(std::move(having));
  images.groups.push_back(std::move(lacking));
}

/// The examples of one split; their files, below the folder of pictures, go to `files`.
Images gather(const CelebaLists& lists, std::uint8_t split, const fs::path& where,
              std::int64_t subset, FileNames& files) {
  const std::int64_t available = std::count(lists.partition.begin(), lists.partition.end(), split);
  Images images{.size = examples_to_take(fmt::format("{} (split {})", where.native(), split),
                                         available, subset),
                .classes = std::ssize(lists.attribute_names),
                .class_names = lists.attribute_names};
  for (std::int64_t i = 0; files.size() < images.size; ++i) {
    if (lists.partition[static_cast<std::size_t>(i)] == split) {
      files.add(lists.files[i]);
      const auto first = lists.attributes.begin() + i * images.classes;
      images.attributes.insert(images.attributes.end(), first, first + images.classes);
    }
  }
  add_groups("Male", "Male", "Female", images);
  add_groups("Young", "Young", "Old", images);
  return images;
}

void check_presence(const std::unordered_set<std::string_view>& present, const FileNames& files,
                    const fs::path& folder) {
  for (std::int64_t i = 0; i < files.size(); ++i) {
    if (!present.contains(files[i])) {
      throw Error(fmt::format("{}: cannot be found, but is listed; unpack the pictures again",
                              (folder / files[i]).native()));
    }
  }
}

}  // namespace

ImageSplits read_celeba(const ImageRequest& request, const std::vector<fs::path>& data_path) {
  const DataFolder folder =
      find_data_folder({request.dataset}, data_path, instructions_for(request.dataset));
  const fs::path partition = folder.file("list_eval_partition.txt");
  const CelebaLists lists = read_celeba_lists(folder.file("list_attr_celeba.txt"), partition);
  FileNames train_files;
  FileNames test_files;
  ImageSplits splits{.train = gather(lists, 0, partition, request.subset, train_files),
                     .test = gather(lists, 2, partition, request.test_subset, test_files)};

  const fs::path pictures = folder.path() / kPictures;
  const auto entries = folder.entries(kPictures);
  std::unordered_set<std::string_view> present;
  for (const DataFolder::Entry& entry : entries) {
    if (!entry.is_folder) {
      present.insert(entry.name);
    }
  }
  check_presence(present, train_files, pictures);
  check_presence(present, test_files, pictures);
  attach_pictures(
      splits, std::make_shared<PictureSource>(pictures, std::move(train_files), request.image_size),
      std::make_shared<PictureSource>(pictures, std::move(test_files), request.image_size));
  return splits;
}

}  // namespace ndbench
