#include <string>

#include "../overhead_study.h"
#include "densenet_network.h"
#include "ndbench/image_classifier.h"
#include "ndbench/plugin.h"

namespace {

/// Trains as the overhead study of Zhuang et al. 2021: Adam with Keras' defaults.
class DenseNet final : public ndbench::Model {
 public:
  [[nodiscard]] std::vector<ndbench::Parameter> parameters() const override {
    return ndbench::classifier_parameters({{.name = "depth",
                                            .default_value = std::int64_t{121},
                                            .summary = "weighted layers: 121, 169 or 201",
                                            .minimum = 121,
                                            .maximum = 201}},
                                          ndbench::overhead_study(/*has_dropout=*/false));
  }

  [[nodiscard]] std::unique_ptr<ndbench::Task> create_task(
      const ndbench::TaskContext& context) const override {
    const std::int64_t depth = context.parameters.integer("depth");
    if (depth != 121 && depth != 169 && depth != 201) {
      throw ndbench::Error("densenet: there is no network of depth " + std::to_string(depth) +
                           "; set depth to 121, 169 or 201");
    }
    return ndbench::make_classifier(context, [&](const ndbench::Images& images) {
      return ndbench::densenet::Network(depth, images).ptr();
    });
  }
};

}  // namespace

NDBENCH_MODEL_PLUGIN("densenet", "Densely connected network (Huang et al. 2016)", DenseNet);
