#include <string>

#include "ndbench/image_classifier.h"
#include "ndbench/plugin.h"
#include "resnet_network.h"

namespace {

/// Trains as He et al. 2015, section 4.2, unless the suite says otherwise.
class ResNet final : public ndbench::Model {
 public:
  [[nodiscard]] std::vector<ndbench::Parameter> parameters() const override {
    return ndbench::classifier_parameters(
        {{.name = "depth",
          .default_value = std::int64_t{20},
          .summary = "weighted layers: 8, 14, 20, 26, ... (6n + 2) as for CIFAR-10; 18, 34, 50, "
                     "101, 152 as for ImageNet",
          .minimum = 8,
          .maximum = 152},
         {.name = "stem",
          .default_value = "small",
          .summary =
              "first layers: small (3x3 convolution) or large (7x7 of stride 2, max pooling)",
          .choices = {"small", "large"}}},
        {.augment = true, .learning_rate = 0.1, .momentum = 0.9, .weight_decay = 1e-4});
  }

  [[nodiscard]] std::unique_ptr<ndbench::Task> create_task(
      const ndbench::TaskContext& context) const override {
    using ndbench::resnet::Stem;
    const std::int64_t depth = context.parameters.integer("depth");
    if (!ndbench::resnet::has_depth(depth)) {
      throw ndbench::Error("resnet: there is no network of depth " + std::to_string(depth) +
                           "; set depth to 18, 34, 50, 101, 152 or 6n + 2 (8, 14, 20, 26, ...)");
    }
    const Stem stem = context.parameters.text("stem") == "large" ? Stem::kLarge : Stem::kSmall;
    const auto architecture = ndbench::resnet::architecture_of(depth, stem);
    return ndbench::make_classifier(context, [&](const ndbench::Images& images) {
      return ndbench::resnet::Network(architecture, images).ptr();
    });
  }
};

}  // namespace

NDBENCH_MODEL_PLUGIN("resnet", "Residual network (He et al. 2015)", ResNet);
