#include "ndbench/images.h"

namespace ndbench {

std::vector<Parameter> image_parameters(const std::string& dataset, std::int64_t image_size) {
  return {
      {.name = "dataset",
       .default_value = dataset,
       .summary = "images to train on: a set that ndbench knows, or a folder of classes"},
      {.name = "subset",
       .default_value = std::int64_t{0},
       .summary = "training examples to use, the first ones; 0 for all",
       .minimum = 0},
      {.name = "test_subset",
       .default_value = std::int64_t{0},
       .summary = "test examples to use, the first ones; 0 for all",
       .minimum = 0},
      {.name = "image_size",
       .default_value = image_size,
       .summary = "pixels to scale the shorter side to, and to cut a square of; 0 for as they are",
       .minimum = 0,
       .maximum = 4096},
  };
}

ImageRequest image_request(const Parameters& parameters) {
  return {.dataset = parameters.text("dataset"),
          .subset = parameters.integer("subset"),
          .test_subset = parameters.integer("test_subset"),
          .image_size = parameters.integer("image_size")};
}

}  // namespace ndbench
