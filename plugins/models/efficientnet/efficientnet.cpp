#include <string>

#include "../overhead_study.h"
#include "efficientnet_network.h"
#include "ndbench/image_classifier.h"
#include "ndbench/plugin.h"

namespace {

/// Trains as the overhead study of Zhuang et al. 2021: Adam with Keras' defaults.
class EfficientNet final : public ndbench::Model {
 public:
  [[nodiscard]] std::vector<ndbench::Parameter> parameters() const override {
    return ndbench::classifier_parameters(
        {{.name = "variant",
          .default_value = "b0",
          .summary = "how wide and deep: b0 to b7",
          .choices = {"b0", "b1", "b2", "b3", "b4", "b5", "b6", "b7"}}},
        ndbench::overhead_study(/*has_dropout=*/true));
  }

  [[nodiscard]] std::unique_ptr<ndbench::Task> create_task(
      const ndbench::TaskContext& context) const override {
    const auto& variant = ndbench::efficientnet::variant_of(context.parameters.text("variant"));
    return ndbench::make_classifier(context, [&](const ndbench::Images& images) {
      return ndbench::efficientnet::Network(variant, images).ptr();
    });
  }
};

}  // namespace

NDBENCH_MODEL_PLUGIN("efficientnet", "EfficientNet B0 to B7 (Tan and Le 2019)", EfficientNet);
