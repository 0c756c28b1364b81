#include "ndbench/image_classifier.h"
#include "ndbench/plugin.h"
#include "small_cnn_network.h"

namespace {

/// Trains as Zhuang et al. 2021: Adam at 4e-4, batches of 128, pixels in [0, 1], no augmentation.
class SmallCNN final : public ndbench::Model {
 public:
  [[nodiscard]] std::vector<ndbench::Parameter> parameters() const override {
    return ndbench::classifier_parameters(
        {{.name = "batch_norm",
          .default_value = false,
          .summary = "batch norm between each convolution and its ReLU"}},
        {.normalization = "unit", .optimizer = "adam", .learning_rate = 4e-4});
  }

  [[nodiscard]] std::unique_ptr<ndbench::Task> create_task(
      const ndbench::TaskContext& context) const override {
    const bool batch_norm = context.parameters.boolean("batch_norm");
    return ndbench::make_classifier(context, [&](const ndbench::Images& images) {
      return ndbench::small_cnn::Network(batch_norm, images).ptr();
    });
  }
};

}  // namespace

NDBENCH_MODEL_PLUGIN("small_cnn", "Three convolutions (Zhuang et al. 2021)", SmallCNN);
