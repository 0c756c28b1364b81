#include "../overhead_study.h"
#include "mobilenet_network.h"
#include "ndbench/image_classifier.h"
#include "ndbench/plugin.h"

namespace {

/// Trains as the overhead study of Zhuang et al. 2021: Adam with Keras' defaults.
class MobileNet final : public ndbench::Model {
 public:
  [[nodiscard]] std::vector<ndbench::Parameter> parameters() const override {
    return ndbench::classifier_parameters({}, ndbench::overhead_study(/*has_dropout=*/true));
  }

  [[nodiscard]] std::unique_ptr<ndbench::Task> create_task(
      const ndbench::TaskContext& context) const override {
    return ndbench::make_classifier(context, [](const ndbench::Images& images) {
      return ndbench::mobilenet::Network(images).ptr();
    });
  }
};

}  // namespace

NDBENCH_MODEL_PLUGIN("mobilenet", "MobileNet v1 (Howard et al. 2017)", MobileNet);
