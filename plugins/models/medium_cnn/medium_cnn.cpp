#include <string>

#include "medium_cnn_network.h"
#include "ndbench/image_classifier.h"
#include "ndbench/plugin.h"

namespace {

/// Trains as the overhead study of Zhuang et al. 2021: Adam with Keras' defaults.
class MediumCNN final : public ndbench::Model {
 public:
  [[nodiscard]] std::vector<ndbench::Parameter> parameters() const override {
    return ndbench::classifier_parameters(
        {{.name = "kernel",
          .default_value = std::int64_t{3},
          .summary = "side of the convolutions in pixels: 1, 3, 5 or 7",
          .minimum = 1,
          .maximum = 7}},
        {.image_size = 64, .normalization = "unit", .optimizer = "adam", .learning_rate = 1e-3});
  }

  [[nodiscard]] std::unique_ptr<ndbench::Task> create_task(
      const ndbench::TaskContext& context) const override {
    const std::int64_t kernel = context.parameters.integer("kernel");
    if (kernel % 2 == 0) {
      throw ndbench::Error("medium_cnn: a kernel of " + std::to_string(kernel) +
                           " pixels has no middle; set kernel to 1, 3, 5 or 7");
    }
    return ndbench::make_classifier(context, [&](const ndbench::Images& images) {
      return ndbench::medium_cnn::Network(kernel, images).ptr();
    });
  }
};

}  // namespace

NDBENCH_MODEL_PLUGIN("medium_cnn", "Six convolutions of one kernel size (Zhuang et al. 2021)",
                     MediumCNN);
