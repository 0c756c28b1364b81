#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "ndbench/error.h"
#include "ndbench/example_source.h"
#include "ndbench/parameters.h"

namespace ndbench {

/// Examples whose results are of interest on their own: "Male", "Young".
struct SubGroup {
  std::string name;
  std::vector<std::uint8_t> members;  ///< [size], 1 for each example that belongs to it
};

/// Labelled images of one size: either in memory or, if they are many, decoded when asked for.
///
/// Each image has one class (`labels`) or several yes-no attributes (`attributes`), never both.
struct Images {
  std::int64_t size = 0;
  std::int64_t channels = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::int64_t classes = 0;                       ///< or the number of attributes
  std::vector<std::uint8_t> pixels{};             ///< [size, channels, height, width] row-major
  std::shared_ptr<const ExampleSource> source{};  ///< instead of `pixels` where they are many
  std::vector<std::int32_t> labels{};             ///< [size], each in [0, classes)
  std::vector<std::uint8_t> attributes{};         ///< [size, classes], 0 or 1
  std::vector<std::string> class_names{};         ///< [classes]
  std::vector<SubGroup> groups{};

  [[nodiscard]] std::int64_t image_bytes() const { return channels * height * width; }
  [[nodiscard]] bool in_memory() const { return source == nullptr; }

  /// Copies example `index`, wherever it is. `bytes` has image_bytes(). Thread-safe.
  NDBENCH_API void read(std::int64_t index, std::span<std::uint8_t> bytes) const;
};

struct ImageSplits {
  Images train;
  Images test;
};

/// Which images to load, and how.
struct ImageRequest {
  std::string dataset;           ///< see load_images()
  std::int64_t subset = 0;       ///< training examples, the first ones; 0: all
  std::int64_t test_subset = 0;  ///< test examples, the first ones; 0: all
  /// 0: as they are, and then all must have one size. Else: the shorter side is scaled to this many
  /// pixels and the middle square is cut out.
  std::int64_t image_size = 0;
};

/// The keys dataset, subset, test_subset and image_size of a model that is trained on images.
[[nodiscard]] NDBENCH_API std::vector<Parameter> image_parameters(const std::string& dataset,
                                                                  std::int64_t image_size);

/// What those keys ask for.
[[nodiscard]] NDBENCH_API ImageRequest image_request(const Parameters& parameters);

/// Loads a data set from the first folder of `data_path` that holds it. By name:
///
/// - fashion-mnist, mnist: IDX files, gzip or plain; 1x28x28, 60,000 + 10,000, 10 classes
/// - cifar-10, cifar-100: binary version; 3x32x32, 50,000 + 10,000, 10 or 100 (fine) classes
/// - celeba: aligned JPEGs, list_attr_celeba.txt and list_eval_partition.txt; 40 attributes;
///   sub-groups Male, Female, Young, Old
/// - synthetic: made from a fixed seed, needs no files; 3x32x32, 50,000 + 10,000, 10 classes
/// - synthetic-imagenet: likewise; 3x224x224, 1,281,167 + 50,000, 1000 classes
/// - any other: a folder of that name with train/<class>/*.jpg and test/<class>/*.jpg (or val/; or
///   .jpeg, .png); examples go round the classes, so that a subset has all of them
///
/// Up to 512 MiB of pixels of a split are decoded here, once; more are decoded when they are read.
/// @throws ndbench::Error naming the file and the offset if data is damaged; every folder tried,
///         what to put where, and the official address with checksums if it is missing.
[[nodiscard]] NDBENCH_API ImageSplits
load_images(const ImageRequest& request, const std::vector<std::filesystem::path>& data_path);

}  // namespace ndbench
