#include "ndbench/image_classifier.h"

#include <algorithm>
#include <utility>

#include "ndbench/decisions.h"
#include "ndbench/dropout.h"
#include "ndbench/image_batches.h"
#include "ndbench/initialize.h"
#include "ndbench/trainer.h"

namespace ndbench {
namespace {

constexpr std::int64_t kTestBatchSize = 250;
constexpr char kDropout[] = "dropout";

ImageBatchesOptions train_options(const TaskContext& context, const Images& train) {
  const Parameters& parameters = context.parameters;
  ImageBatchesOptions options{
      .batch_size = parameters.integer("batch_size"),
      .device = context.device,
      .order_seed = context.seeds.order,
      .normalization = normalization_named(parameters.text("normalization"), train)};
  if (parameters.boolean("augment")) {
    options.augment_seed = context.seeds.augment;
  }
  return options;
}

/// As in training, but in whole: no augmentation, and batches no larger than memory was needed for.
ImageBatchesOptions test_options(ImageBatchesOptions options) {
  options.batch_size = std::min(options.batch_size, kTestBatchSize);
  options.augment_seed.reset();
  return options;
}

using Networks = std::vector<std::shared_ptr<ImageNetwork>>;

/// One for each shard of a batch; the first has the initial weights.
Networks make_networks(const TaskContext& context, const MakeNetwork& make_network,
                       const Images& images) {
  Networks networks;
  for (std::size_t shard = 0; shard < context.sharding.count(); ++shard) {
    ImageNetwork& network = *networks.emplace_back(make_network(images));
    if (shard == 0) {
      initialize(network, context.seeds.init);
    }
    seed_dropout(network, context.seeds.dropout, shard);
    if (context.parameters.values().contains(kDropout) && !context.parameters.boolean(kDropout)) {
      disable_dropout(network);
    }
  }
  return networks;
}

class ImageClassifier final : public Task {
 public:
  ImageClassifier(const TaskContext& context, Networks networks, ImageSplits data,
                  const ImageBatchesOptions& options)
      : networks_(std::move(networks)),
        trainer_(networks_.front(), context, {networks_.begin() + 1, networks_.end()}),
        decisions_(data.test),
        has_attributes_(!data.train.attributes.empty()),
        label_smoothing_(context.parameters.real("label_smoothing")),
        train_(std::move(data.train), options),
        test_(std::move(data.test), test_options(options)) {}

  void start_epoch(std::int64_t epoch) override {
    train_.start_epoch(epoch);
    trainer_.start_epoch(epoch, train_.batches());
  }

  std::int64_t next_batch() override {
    batch_ = train_.next();
    return batch_.size();
  }

  void settle_input() override { train_.settle(); }

  at::Tensor train_step() override {
    logits_.assign(networks_.size(), {});
    return trainer_.step(batch_.size(), [this](const Shard& shard) {
      const at::Tensor inputs = shard.of(batch_.inputs).to(trainer_.input_type());
      const at::Tensor targets = shard.of(batch_.targets);
      at::Tensor& kept = logits_[shard.index];
      return networks_[shard.index]->loss(inputs, [&](const at::Tensor& logits) {
        // An auxiliary classifier's come after the network's own.
        if (!kept.defined()) {
          kept = logits.detach();
        }
        return loss_of(logits, targets);
      });
    });
  }

  [[nodiscard]] std::size_t shards() const override { return trainer_.shards(); }

  void visit_batch(const StateVisitor& visit) const override {
    if (batch_.size() > 0) {
      visit("inputs", batch_.inputs);
      visit("targets", batch_.targets);
    }
  }

  void visit_outputs(const StateVisitor& visit) const override {
    if (const at::Tensor logits = joined(logits_); logits.defined()) {
      visit("logits", logits);
    }
  }

  Evaluation evaluate() override {
    const Trainer::Evaluating evaluating(trainer_);
    decisions_.clear();
    test_.start_in_set_order();
    for (auto batch = test_.next(); batch.size() > 0; batch = test_.next()) {
      const at::Tensor logits = networks_.front()->forward(batch.inputs.to(trainer_.input_type()));
      const at::Tensor decided = has_attributes_ ? logits.gt(0.0) : logits.argmax(1);
      const at::Tensor values = decided.to(at::kCPU, at::kInt).contiguous();
      const at::Tensor scores = logits.to(at::kCPU, at::kFloat).contiguous();
      decisions_.append({values.data_ptr<std::int32_t>(), static_cast<std::size_t>(values.numel())},
                        {scores.data_ptr<float>(), static_cast<std::size_t>(scores.numel())});
    }
    return decisions_.evaluation();
  }

  void visit_state(const StateVisitor& visit) const override { trainer_.visit_state(visit); }

 private:
  /// Mean over the examples, in float32 at least: a loss in bfloat16 would have three digits.
  [[nodiscard]] at::Tensor loss_of(const at::Tensor& logits, const at::Tensor& truth) const {
    const at::Tensor scores = logits.to(trainer_.input_type());
    if (has_attributes_) {
      // Smoothed towards 1/2, as cross-entropy is towards the uniform distribution.
      const at::Tensor targets =
          truth.to(trainer_.input_type()).mul(1.0 - label_smoothing_).add_(0.5 * label_smoothing_);
      return at::binary_cross_entropy_with_logits(scores, targets);
    }
    return at::cross_entropy_loss(scores, truth, {}, at::Reduction::Mean,
                                  /*ignore_index=*/-100, label_smoothing_);
  }

  Networks networks_;  ///< the one that is trained, and a copy for each further shard of a batch
  Trainer trainer_;
  Decisions decisions_;
  bool has_attributes_;
  double label_smoothing_;
  ImageBatches train_;
  ImageBatches test_;
  ImageBatch batch_;
  std::vector<at::Tensor> logits_;  ///< of each shard of the last step
};

}  // namespace

std::vector<Parameter> classifier_parameters(std::vector<Parameter> own,
                                             const ClassifierDefaults& defaults) {
  std::vector<Parameter> parameters = std::move(own);
  for (Parameter& parameter : image_parameters(defaults.dataset, defaults.image_size)) {
    parameters.push_back(std::move(parameter));
  }
  const std::vector<Parameter> shared{
      {.name = "batch_size",
       .default_value = defaults.batch_size,
       .summary = "examples per training step",
       .minimum = 1,
       .maximum = 65536},
      {.name = "normalization",
       .default_value = defaults.normalization,
       .summary = "of pixels: to mean 0 and deviation 1 over the set or each image, or to [0, 1]",
       .choices = {"dataset", "image", "unit"}},
      {.name = "augment",
       .default_value = defaults.augment,
       .summary = "pad by 4, crop at random, flip at random"},
      {.name = "label_smoothing",
       .default_value = defaults.label_smoothing,
       .summary = "share of each target that is spread over all classes",
       .minimum = 0.0,
       .maximum = 1.0},
  };
  parameters.insert(parameters.end(), shared.begin(), shared.end());
  if (defaults.has_dropout) {
    parameters.push_back({.name = kDropout,
                          .default_value = true,
                          .summary = "drop units and layers at random, at the published rates"});
  }
  for (Parameter& parameter : trainer_parameters({.optimizer = defaults.optimizer,
                              .learning_rate = defaults.learning_rate,
                              .momentum = defaults.momentum,
                              .nesterov = defaults.nesterov,
                              .weight_decay = defaults.weight_decay})) {
    parameters.push_back(std::move(parameter));
  }
  return parameters;
}

std::unique_ptr<Task> make_classifier(const TaskContext& context, const MakeNetwork& make_network) {
  ImageSplits data = load_images(image_request(context.parameters), context.data_path);
  const ImageBatchesOptions options = train_options(context, data.train);
  Networks networks = make_networks(context, make_network, data.train);
  return std::make_unique<ImageClassifier>(context, std::move(networks), std::move(data), options);
}

}  // namespace ndbench
