#include <string>
#include <utility>

#include "ndbench/image_batches.h"
#include "ndbench/plugin.h"
#include "ndbench/training.h"
#include "resnet_network.h"

namespace {

constexpr std::int64_t kTestBatchSize = 250;

class ResNetTask final : public ndbench::Task {
 public:
  ResNetTask(const ndbench::TaskContext& context, ndbench::ImageSplits data,
             const ndbench::Normalization& normalization)
      : network_(make_network(context, data.train)),
        optimizer_(network_->parameters(),
                   torch::optim::SGDOptions(context.parameters.real("learning_rate"))
                       .momentum(context.parameters.real("momentum"))
                       .weight_decay(context.parameters.real("weight_decay"))),
        train_(std::move(data.train), train_options(context, normalization)),
        test_(std::move(data.test), {.batch_size = kTestBatchSize,
                                     .device = context.device,
                                     .normalization = normalization}) {}

  void start_epoch(std::int64_t epoch) override { train_.start_epoch(epoch); }

  std::int64_t next_batch() override {
    batch_ = train_.next();
    return batch_.size();
  }

  at::Tensor train_step() override {
    ndbench::clear_gradients(optimizer_);
    const at::Tensor loss = at::cross_entropy_loss(network_(batch_.inputs), batch_.targets);
    loss.backward();
    optimizer_.step();
    return loss.detach();
  }

  ndbench::Evaluation evaluate() override {
    const ndbench::EvaluationMode evaluation_mode(*network_);
    ndbench::Evaluation result{.metric = "accuracy", .examples = test_.size()};
    std::int64_t correct = 0;
    test_.start_in_set_order();
    for (auto batch = test_.next(); batch.size() > 0; batch = test_.next()) {
      const at::Tensor predicted = network_(batch.inputs).argmax(1);
      correct += predicted.eq(batch.targets).sum().item<std::int64_t>();
      const at::Tensor classes = predicted.to(at::kCPU, at::kInt);
      const auto* first = classes.data_ptr<std::int32_t>();
      result.predictions.insert(result.predictions.end(), first, first + classes.numel());
    }
    result.value = static_cast<double>(correct) / static_cast<double>(result.examples);
    return result;
  }

  void visit_state(const ndbench::StateVisitor& visit) const override {
    ndbench::visit_training_state(*network_, optimizer_, visit);
  }

 private:
  static ndbench::resnet::Network make_network(const ndbench::TaskContext& context,
                                               const ndbench::Images& images) {
    const auto architecture = ndbench::resnet::architecture_of(context.parameters.integer("depth"));
    ndbench::resnet::Network network(architecture, images.channels, images.classes);
    ndbench::initialize(*network, context.seeds.init);
    network->to(torch::Device(context.device));
    return network;
  }

  static ndbench::ImageBatchesOptions train_options(const ndbench::TaskContext& context,
                                                    const ndbench::Normalization& normalization) {
    ndbench::ImageBatchesOptions options{.batch_size = context.parameters.integer("batch_size"),
                                         .device = context.device,
                                         .order_seed = context.seeds.order,
                                         .normalization = normalization};
    if (context.parameters.boolean("augment")) {
      options.augment_seed = context.seeds.augment;
    }
    return options;
  }

  ndbench::resnet::Network network_;
  torch::optim::SGD optimizer_;
  ndbench::ImageBatches train_;
  ndbench::ImageBatches test_;
  ndbench::ImageBatch batch_;
};

/// Trains as He et al. 2015, section 4.2, without their learning-rate schedule.
class ResNet final : public ndbench::Model {
 public:
  [[nodiscard]] std::vector<ndbench::Parameter> parameters() const override {
    return {
        {.name = "dataset",
         .default_value = "fashion-mnist",
         .summary = "labelled images to train on",
         .choices = {"fashion-mnist"}},
        {.name = "subset",
         .default_value = std::int64_t{0},
         .summary = "training examples to use, the first ones; 0 for all",
         .minimum = 0},
        {.name = "test_subset",
         .default_value = std::int64_t{0},
         .summary = "test examples to use, the first ones; 0 for all",
         .minimum = 0},
        {.name = "depth",
         .default_value = std::int64_t{20},
         .summary = "weighted layers: 8, 14, 20, ... (6n + 2), or 18",
         .minimum = 8,
         .maximum = 110},
        {.name = "batch_size",
         .default_value = std::int64_t{128},
         .summary = "examples per training step",
         .minimum = 1,
         .maximum = 65536},
        {.name = "augment",
         .default_value = true,
         .summary = "pad by 4, crop at random, flip at random"},
        {.name = "learning_rate",
         .default_value = 0.1,
         .summary = "step size of SGD, constant",
         .minimum = 0.0,
         .maximum = 100.0},
        {.name = "momentum",
         .default_value = 0.9,
         .summary = "momentum of SGD",
         .minimum = 0.0,
         .maximum = 1.0},
        {.name = "weight_decay",
         .default_value = 1e-4,
         .summary = "L2 penalty, on every parameter",
         .minimum = 0.0,
         .maximum = 1.0},
    };
  }

  [[nodiscard]] std::unique_ptr<ndbench::Task> create_task(
      const ndbench::TaskContext& context) const override {
    const std::int64_t depth = context.parameters.integer("depth");
    if (!ndbench::resnet::has_depth(depth)) {
      throw ndbench::Error("resnet: there is no network of depth " + std::to_string(depth) +
                           "; set depth to 18 or 6n + 2 (8, 14, 20, 26, ...)");
    }
    const auto& parameters = context.parameters;
    auto data = ndbench::load_images({.dataset = parameters.text("dataset"),
                                      .subset = parameters.integer("subset"),
                                      .test_subset = parameters.integer("test_subset")},
                                     context.data_path);
    const auto normalization = ndbench::dataset_normalization(data.train);
    return std::make_unique<ResNetTask>(context, std::move(data), normalization);
  }
};

}  // namespace

NDBENCH_MODEL_PLUGIN("resnet", "Residual network for small images (He et al. 2015)", ResNet);
