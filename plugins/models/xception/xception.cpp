#include "../overhead_study.h"
#include "ndbench/image_classifier.h"
#include "ndbench/plugin.h"
#include "xception_network.h"

namespace {

/// Trains as the overhead study of Zhuang et al. 2021: Adam with Keras' defaults.
class Xception final : public ndbench::Model {
 public:
  [[nodiscard]] std::vector<ndbench::Parameter> parameters() const override {
    return ndbench::classifier_parameters({}, ndbench::overhead_study(/*has_dropout=*/false));
  }

  [[nodiscard]] std::unique_ptr<ndbench::Task> create_task(
      const ndbench::TaskContext& context) const override {
    return ndbench::make_classifier(context, [](const ndbench::Images& images) {
      return ndbench::xception::Network(images).ptr();
    });
  }
};

}  // namespace

NDBENCH_MODEL_PLUGIN("xception", "Depthwise separable convolutions (Chollet 2016)", Xception);
