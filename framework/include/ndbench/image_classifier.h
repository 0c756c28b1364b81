#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ndbench/image_network.h"
#include "ndbench/images.h"
#include "ndbench/model.h"

namespace ndbench {

/// What a family's networks are trained on and with unless the suite says otherwise.
struct ClassifierDefaults {
  std::string dataset = "fashion-mnist";
  std::int64_t image_size = 0;
  std::int64_t batch_size = 128;
  std::string normalization = "dataset";
  bool augment = false;
  std::string optimizer = "sgd";
  double learning_rate = 0.1;
  double momentum = 0.9;
  bool nesterov = false;
  double weight_decay = 0.0;
  double label_smoothing = 0.0;
  bool has_dropout = false;  ///< adds the key dropout, by which its random layers are switched off
};

/// `own`, then the keys that every image classifier has: data set, batches, augmentation, loss, and
/// those of trainer_parameters().
[[nodiscard]] NDBENCH_API std::vector<Parameter> classifier_parameters(
    std::vector<Parameter> own, const ClassifierDefaults& defaults);

/// Builds the network for images of this size, with so many channels and classes. Called once for
/// each shard of a batch.
using MakeNetwork = std::function<std::shared_ptr<ImageNetwork>(const Images& images)>;

/// Loads the images, builds and initializes the network, and trains it: cross-entropy for sets with
/// classes, binary cross-entropy for sets with attributes. Evaluates accuracy, in all, per class or
/// attribute, and per sub-group.
[[nodiscard]] NDBENCH_API std::unique_ptr<Task> make_classifier(const TaskContext& context,
                                                                const MakeNetwork& make_network);

}  // namespace ndbench
