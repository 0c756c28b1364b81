#include <memory>
#include <utility>

#include "chainer_loop.h"
#include "ndbench/plugin.h"
#include "ndbench/trainer.h"
#include "prednet/prednet_task.h"
#include "prednet/video_parameters.h"

namespace {

class PredNetChainer final : public ndbench::Model {
 public:
  [[nodiscard]] std::vector<ndbench::Parameter> parameters() const override {
    auto parameters = ndbench::prednet::video_parameters();
    parameters.push_back({.name = "frames",
                          .default_value = std::int64_t{21},
                          .summary = "in a window: one more than are predicted before backward",
                          .minimum = 2,
                          .maximum = 10000});
    parameters.push_back({.name = "windows_per_epoch",
                          .default_value = std::int64_t{0},
                          .summary = "windows to train on in an epoch; 0 for all",
                          .minimum = 0});
    parameters.push_back(
        {.name = "copy",
         .default_value = false,
         .summary = "copy each frame out of the loop's buffers: the correct loop"});
    for (auto& parameter :
         ndbench::trainer_parameters({.optimizer = "adam", .learning_rate = 1e-3})) {
      parameters.push_back(std::move(parameter));
    }
    return parameters;
  }

  [[nodiscard]] std::unique_ptr<ndbench::Task> create_task(
      const ndbench::TaskContext& context) const override {
    const auto& parameters = context.parameters;
    const bool is_double = parameters.text("precision") == "float64";
    const ndbench::prednet::Training training{
        .is_original = false,
        .frames = parameters.integer("frames"),
        .batch_size = 1,
        .windows_per_epoch = parameters.integer("windows_per_epoch"),
        .loop = ndbench::prednet::make_chainer_loop(
            context.device, is_double ? at::kDouble : at::kFloat, parameters.boolean("copy"))};
    auto data = ndbench::prednet::load_frames(context);
    auto network = ndbench::prednet::make_network("prednet_chainer", context,
                                                  /*is_original=*/false, data.train);
    return ndbench::prednet::make_task(context, training, std::move(network), std::move(data));
  }
};

}  // namespace

NDBENCH_MODEL_PLUGIN("prednet_chainer",
                     "Control that must fail: PredNet's published loop, which re-uses its buffers",
                     PredNetChainer);
