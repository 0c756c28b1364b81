#include <memory>
#include <string>
#include <utility>

#include "ndbench/plugin.h"
#include "ndbench/trainer.h"
#include "prednet_network.h"
#include "prednet_task.h"
#include "video_parameters.h"

namespace {

using ndbench::prednet::Training;

Training training_of(const ndbench::Parameters& parameters) {
  Training training{.is_original = parameters.text("variant") == "original",
                    .every_layer = parameters.text("loss") == "lall",
                    .frames = parameters.integer("frames"),
                    .batch_size = parameters.integer("batch_size"),
                    .stride = parameters.integer("stride"),
                    .windows_per_epoch = parameters.integer("windows_per_epoch")};
  if (training.frames == 0) {
    training.frames = training.is_original ? 10 : 21;
  }
  if (training.batch_size == 0) {
    training.batch_size = training.is_original ? 4 : 1;
  }
  if (training.frames < 2) {
    throw ndbench::Error(
        "prednet: a window of 1 frame has nothing to predict; set frames to 2 or more");
  }
  if (training.is_original) {
    return training;
  }
  const char* wrong = training.batch_size != 1 ? "batch_size"
                      : training.stride != 0   ? "stride"
                      : training.every_layer   ? "loss"
                                               : nullptr;
  if (wrong != nullptr) {
    throw ndbench::Error(
        "prednet: variant \"watanabe\" sees the frames of one sequence after "
        "another and minimizes the squared error of the next; leave out " +
        std::string(wrong) + ", or set variant to \"original\"");
  }
  return training;
}

class PredNet final : public ndbench::Model {
 public:
  [[nodiscard]] std::vector<ndbench::Parameter> parameters() const override;

  [[nodiscard]] std::unique_ptr<ndbench::Task> create_task(
      const ndbench::TaskContext& context) const override {
    const Training training = training_of(context.parameters);
    auto data = ndbench::prednet::load_frames(context);
    auto network =
        ndbench::prednet::make_network("prednet", context, training.is_original, data.train);
    return ndbench::prednet::make_task(context, training, std::move(network), std::move(data));
  }
};

std::vector<ndbench::Parameter> PredNet::parameters() const {
  std::vector<ndbench::Parameter> parameters{
      {.name = "variant",
       .default_value = "original",
       .summary = "Lotter et al. 2017, or Watanabe et al. 2018",
       .choices = {"original", "watanabe"}},
  };
  for (auto& parameter : ndbench::prednet::video_parameters()) {
    parameters.push_back(std::move(parameter));
  }
  std::vector<ndbench::Parameter> own{
      {.name = "frames",
       .default_value = std::int64_t{0},
       .summary = "in a window; 0 for as published: 10 (original), 21 (watanabe)",
       .minimum = 0,
       .maximum = 10000},
      {.name = "batch_size",
       .default_value = std::int64_t{0},
       .summary = "windows per training step; 0 for as published: 4 (original), 1 (watanabe)",
       .minimum = 0,
       .maximum = 65536},
      {.name = "stride",
       .default_value = std::int64_t{0},
       .summary = "frames from one window's start to the next (original); 0 for no overlap",
       .minimum = 0,
       .maximum = 10000},
      {.name = "windows_per_epoch",
       .default_value = std::int64_t{0},
       .summary = "windows to train on in an epoch; 0 for all",
       .minimum = 0},
      {.name = "loss",
       .default_value = "l0",
       .summary = "of original: errors of the lowest layer, or of all with the upper ones by 0.1",
       .choices = {"l0", "lall"}},
  };
  for (auto& parameter : own) {
    parameters.push_back(std::move(parameter));
  }
  for (auto& parameter :
       ndbench::trainer_parameters({.optimizer = "adam", .learning_rate = 1e-3})) {
    parameters.push_back(std::move(parameter));
  }
  return parameters;
}

}  // namespace

NDBENCH_MODEL_PLUGIN("prednet", "Predictive coding network of video (Lotter et al. 2017)", PredNet);
