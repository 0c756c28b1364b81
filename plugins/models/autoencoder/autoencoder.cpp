#include <string>
#include <utility>

#include "ndbench/image_batches.h"
#include "ndbench/initialize.h"
#include "ndbench/plugin.h"
#include "ndbench/trainer.h"

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

/// Of pixels in [0, 1], the logarithms bounded as in torch.nn.BCELoss. Written out: autocast on
/// GPUs refuses LibTorch's.
at::Tensor pixel_cross_entropy(const at::Tensor& output, const at::Tensor& target) {
  constexpr double kLeastLogarithm = -100.0;
  const at::Tensor yes = output.log().clamp_min(kLeastLogarithm);
  const at::Tensor no = (1.0 - output).log().clamp_min(kLeastLogarithm);
  return -(target * yes + (1.0 - target) * no).mean();
}

enum class Loss { kMse, kL1, kBce };

Loss loss_named(const std::string& name) {
  return name == "l1" ? Loss::kL1 : name == "bce" ? Loss::kBce : Loss::kMse;
}

class AutoencoderTask final : public ndbench::Task {
 public:
  /// @param networks  one for each shard of a batch.
  AutoencoderTask(const ndbench::TaskContext& context, std::vector<Autoencoder> networks,
                  ndbench::ImageSplits data)
      : networks_(std::move(networks)),
        trainer_(networks_.front().ptr(), context, copies()),
        loss_(loss_named(context.parameters.text("loss"))),
        train_(std::move(data.train), {.batch_size = context.parameters.integer("batch_size"),
                                       .device = context.device,
                                       .order_seed = context.seeds.order}),
        test_(std::move(data.test), {.batch_size = kTestBatchSize, .device = context.device}) {}

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
    reconstructions_.assign(networks_.size(), {});
    return trainer_.step(batch_.size(), [this](const ndbench::Shard& shard) {
      const at::Tensor images = flat(shard.of(batch_.inputs));
      const at::Tensor output = networks_[shard.index](images).to(trainer_.input_type());
      reconstructions_[shard.index] = output.detach();
      switch (loss_) {
        case Loss::kL1:
          return at::l1_loss(output, images);
        case Loss::kBce:
          return pixel_cross_entropy(output, images);
        case Loss::kMse:
          break;
      }
      return at::mse_loss(output, images);
    });
  }

  [[nodiscard]] std::size_t shards() const override { return trainer_.shards(); }

  void visit_batch(const ndbench::StateVisitor& visit) const override {
    if (batch_.size() > 0) {
      visit("inputs", batch_.inputs);
      visit("targets", batch_.targets);
    }
  }

  void visit_outputs(const ndbench::StateVisitor& visit) const override {
    if (const at::Tensor output = ndbench::joined(reconstructions_); output.defined()) {
      visit("reconstruction", output);
    }
  }

  ndbench::Evaluation evaluate() override {
    const ndbench::Trainer::Evaluating evaluating(trainer_);
    double squares = 0.0;
    std::int64_t pixels = 0;
    test_.start_in_set_order();
    for (auto batch = test_.next(); batch.size() > 0; batch = test_.next()) {
      const at::Tensor images = flat(batch.inputs);
      squares += (networks_.front()(images) - images).square().sum(at::kDouble).item<double>();
      pixels += images.numel();
    }
    return {.metric = "mse",
            .value = squares / static_cast<double>(pixels),
            .higher_is_better = false,
            .examples = test_.size()};
  }

  void visit_state(const ndbench::StateVisitor& visit) const override {
    trainer_.visit_state(visit);
  }

 private:
  [[nodiscard]] ndbench::Trainer::Modules copies() const {
    ndbench::Trainer::Modules copies;
    for (std::size_t shard = 1; shard < networks_.size(); ++shard) {
      copies.push_back(networks_[shard].ptr());
    }
    return copies;
  }

  /// [N, pixels]
  [[nodiscard]] at::Tensor flat(const at::Tensor& images) const {
    return images.flatten(1).to(trainer_.input_type());
  }

  std::vector<Autoencoder> networks_;
  ndbench::Trainer trainer_;
  Loss loss_;
  ndbench::ImageBatches train_;
  ndbench::ImageBatches test_;
  ndbench::ImageBatch batch_;
  std::vector<at::Tensor> reconstructions_;  ///< of each shard of the last step, [N, pixels]
};

class AutoencoderModel final : public ndbench::Model {
 public:
  [[nodiscard]] std::vector<ndbench::Parameter> parameters() const override {
    auto parameters = ndbench::image_parameters("fashion-mnist", /*image_size=*/0);
    parameters.push_back({.name = "batch_size",
                          .default_value = std::int64_t{100},
                          .summary = "examples per training step",
                          .minimum = 1,
                          .maximum = 65536});
    parameters.push_back({.name = "loss",
                          .default_value = "mse",
                          .summary = "between pixels: squared, absolute, or binary cross-entropy",
                          .choices = {"mse", "l1", "bce"}});
    const auto shared = ndbench::trainer_parameters({.optimizer = "adam", .learning_rate = 1e-3});
    parameters.insert(parameters.end(), shared.begin(), shared.end());
    return parameters;
  }

  [[nodiscard]] std::unique_ptr<ndbench::Task> create_task(
      const ndbench::TaskContext& context) const override {
    auto data = ndbench::load_images(ndbench::image_request(context.parameters), context.data_path);
    std::vector<Autoencoder> networks;
    for (std::size_t shard = 0; shard < context.sharding.count(); ++shard) {
      networks.emplace_back(data.train.image_bytes());
    }
    ndbench::initialize(*networks.front(), context.seeds.init);
    return std::make_unique<AutoencoderTask>(context, std::move(networks), std::move(data));
  }
};

}  // namespace

NDBENCH_MODEL_PLUGIN("autoencoder", "Fully connected autoencoder of images", AutoencoderModel);
