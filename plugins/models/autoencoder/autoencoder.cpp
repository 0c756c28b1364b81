#include <utility>

#include "ndbench/image_batches.h"
#include "ndbench/plugin.h"
#include "ndbench/training.h"

namespace {

using torch::nn::Linear;
using torch::nn::ReLU;

constexpr std::int64_t kTestBatchSize = 1000;

/// pixels-128-64-32-64-128-pixels, ReLU between. Pixels are in [0, 1], and so is the output: a
/// sigmoid bounds it.
class AutoencoderImpl : public torch::nn::Module {
 public:
  explicit AutoencoderImpl(std::int64_t pixels)
      : encoder_(Linear(pixels, 128), ReLU(), Linear(128, 64), ReLU(), Linear(64, 32), ReLU()),
        decoder_(Linear(32, 64), ReLU(), Linear(64, 128), ReLU(), Linear(128, pixels),
                 torch::nn::Sigmoid()) {
    register_module("encoder", encoder_);
    register_module("decoder", decoder_);
  }

  /// [N, pixels] to [N, pixels].
  at::Tensor forward(const at::Tensor& images) {
    return decoder_->forward(encoder_->forward(images));
  }

 private:
  torch::nn::Sequential encoder_;
  torch::nn::Sequential decoder_;
};
TORCH_MODULE(Autoencoder);

class AutoencoderTask final : public ndbench::Task {
 public:
  AutoencoderTask(const ndbench::TaskContext& context, ndbench::ImageSplits data)
      : network_(data.train.image_bytes()),
        optimizer_(network_->parameters(),
                   torch::optim::AdamOptions(context.parameters.real("learning_rate"))),
        train_(std::move(data.train), {.batch_size = context.parameters.integer("batch_size"),
                                       .device = context.device,
                                       .order_seed = context.seeds.order}),
        test_(std::move(data.test), {.batch_size = kTestBatchSize, .device = context.device}) {
    ndbench::initialize(*network_, context.seeds.init);
    network_->to(torch::Device(context.device));
  }

  void start_epoch(std::int64_t epoch) override { train_.start_epoch(epoch); }

  std::int64_t next_batch() override {
    ndbench::ImageBatch batch = train_.next();
    images_ = batch.size() > 0 ? batch.inputs.flatten(1) : at::Tensor();
    return batch.size();
  }

  at::Tensor train_step() override {
    ndbench::clear_gradients(optimizer_);
    const at::Tensor loss = at::mse_loss(network_(images_), images_);
    loss.backward();
    optimizer_.step();
    return loss.detach();
  }

  ndbench::Evaluation evaluate() override {
    const ndbench::EvaluationMode evaluation_mode(*network_);
    double squares = 0.0;
    std::int64_t pixels = 0;
    test_.start_in_set_order();
    for (auto batch = test_.next(); batch.size() > 0; batch = test_.next()) {
      const at::Tensor images = batch.inputs.flatten(1);
      squares += (network_(images) - images).square().sum(at::kDouble).item<double>();
      pixels += images.numel();
    }
    return {.metric = "mse",
            .value = squares / static_cast<double>(pixels),
            .higher_is_better = false,
            .examples = test_.size()};
  }

  void visit_state(const ndbench::StateVisitor& visit) const override {
    ndbench::visit_training_state(*network_, optimizer_, visit);
  }

 private:
  Autoencoder network_;
  torch::optim::Adam optimizer_;
  ndbench::ImageBatches train_;
  ndbench::ImageBatches test_;
  at::Tensor images_;
};

class AutoencoderModel final : public ndbench::Model {
 public:
  [[nodiscard]] std::vector<ndbench::Parameter> parameters() const override {
    return {
        {.name = "dataset",
         .default_value = "fashion-mnist",
         .summary = "images to reconstruct",
         .choices = {"fashion-mnist"}},
        {.name = "subset",
         .default_value = std::int64_t{0},
         .summary = "training examples to use, the first ones; 0 for all",
         .minimum = 0},
        {.name = "test_subset",
         .default_value = std::int64_t{0},
         .summary = "test examples to use, the first ones; 0 for all",
         .minimum = 0},
        {.name = "batch_size",
         .default_value = std::int64_t{100},
         .summary = "examples per training step",
         .minimum = 1,
         .maximum = 65536},
        {.name = "learning_rate",
         .default_value = 1e-3,
         .summary = "step size of Adam, constant",
         .minimum = 0.0,
         .maximum = 100.0},
    };
  }

  [[nodiscard]] std::unique_ptr<ndbench::Task> create_task(
      const ndbench::TaskContext& context) const override {
    const auto& parameters = context.parameters;
    auto data = ndbench::load_images({.dataset = parameters.text("dataset"),
                                      .subset = parameters.integer("subset"),
                                      .test_subset = parameters.integer("test_subset")},
                                     context.data_path);
    return std::make_unique<AutoencoderTask>(context, std::move(data));
  }
};

}  // namespace

NDBENCH_MODEL_PLUGIN("autoencoder", "Fully connected autoencoder of images", AutoencoderModel);
