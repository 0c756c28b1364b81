#include <string>

#include "../overhead_study.h"
#include "ndbench/image_classifier.h"
#include "ndbench/plugin.h"
#include "vgg_network.h"

namespace {

/// Trains as the overhead study of Zhuang et al. 2021: Adam with Keras' defaults.
class VGG final : public ndbench::Model {
 public:
  [[nodiscard]] std::vector<ndbench::Parameter> parameters() const override {
    return ndbench::classifier_parameters({{.name = "depth",
                                            .default_value = std::int64_t{16},
                                            .summary = "weighted layers: 16 or 19",
                                            .minimum = 16,
                                            .maximum = 19}},
                                          ndbench::overhead_study(/*has_dropout=*/true));
  }

  [[nodiscard]] std::unique_ptr<ndbench::Task> create_task(
      const ndbench::TaskContext& context) const override {
    const std::int64_t depth = context.parameters.integer("depth");
    if (depth != 16 && depth != 19) {
      throw ndbench::Error("vgg: there is no network of depth " + std::to_string(depth) +
                           "; set depth to 16 or 19");
    }
    return ndbench::make_classifier(context, [&](const ndbench::Images& images) {
      return ndbench::vgg::Network(depth, images).ptr();
    });
  }
};

}  // namespace

NDBENCH_MODEL_PLUGIN("vgg", "Plain deep network (Simonyan and Zisserman 2014)", VGG);
