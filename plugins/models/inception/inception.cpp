#include "../overhead_study.h"
#include "inception_network.h"
#include "ndbench/image_classifier.h"
#include "ndbench/plugin.h"

namespace {

/// Trains as the overhead study of Zhuang et al. 2021: Adam with Keras' defaults, and no
/// auxiliary classifier.
class Inception final : public ndbench::Model {
 public:
  [[nodiscard]] std::vector<ndbench::Parameter> parameters() const override {
    return ndbench::classifier_parameters(
        {{.name = "auxiliary",
          .default_value = false,
          .summary = "train a second classifier half way, its loss times 0.4; images of 299 pixels "
                     "or more"}},
        ndbench::overhead_study(/*has_dropout=*/true));
  }

  [[nodiscard]] std::unique_ptr<ndbench::Task> create_task(
      const ndbench::TaskContext& context) const override {
    const bool auxiliary = context.parameters.boolean("auxiliary");
    return ndbench::make_classifier(context, [&](const ndbench::Images& images) {
      return ndbench::inception::Network(auxiliary, images).ptr();
    });
  }
};

}  // namespace

NDBENCH_MODEL_PLUGIN("inception", "Inception v3 (Szegedy et al. 2015)", Inception);
