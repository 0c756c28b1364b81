#include "prednet_task.h"

#include <string>
#include <utility>

#include "ndbench/trainer.h"
#include "ndbench/video_batches.h"

namespace ndbench::prednet {
namespace {

class PredNetTask final : public Task {
 public:
  PredNetTask(const TaskContext& context, const Training& training,
              std::shared_ptr<Network> network, VideoSplits data)
      : training_(training),
        network_(std::move(network)),
        trainer_(network_, context),
        train_(std::move(data.train), train_options(context, training)),
        test_(std::move(data.test), test_options(context, training)) {}

  void start_epoch(std::int64_t epoch) override {
    train_.start_epoch(epoch);
    trainer_.start_epoch(epoch, train_.batches());
  }

  std::int64_t next_batch() override {
    batch_ = train_.next();
    before_ = batch_.starts_sequence ? State() : after_;
    continues_ = torch::scalar_tensor(batch_.starts_sequence ? 0 : 1, at::kLong);
    if (training_.loop != nullptr && batch_.size() > 0) {
      training_.loop->load(batch_.frames);
    }
    return batch_.size();
  }

  void settle_input() override { train_.settle(); }

  at::Tensor train_step() override {
    const at::Tensor frames = batch_.frames.to(trainer_.input_type());
    return trainer_.step([&] {
      State state = state_before(before_, frames);
      const at::Tensor loss = training_.loop != nullptr ? training_.loop->loss(*network_, state)
                              : training_.is_original   ? error_loss(frames, state)
                                                        : prediction_loss(frames, state);
      after_ = state.detached();
      return loss;
    });
  }

  Evaluation evaluate() override {
    const Trainer::Evaluating evaluating(trainer_);
    double squares = 0.0;
    double squares_of_last = 0.0;
    std::int64_t values = 0;
    std::int64_t predicted = 0;
    State state;
    test_.start_in_set_order();
    for (auto batch = test_.next(); batch.size() > 0; batch = test_.next()) {
      const at::Tensor frames = batch.frames.to(trainer_.input_type());
      state = state_before(batch.starts_sequence ? State() : state, frames);
      const std::vector<at::Tensor> predictions = predict(frames, state);
      for (std::size_t t = 0; t < predictions.size(); ++t) {
        const at::Tensor target = frames[static_cast<std::int64_t>(t) + 1];
        squares += sum_of_squares(predictions[t] - target);
        squares_of_last += sum_of_squares(frames[static_cast<std::int64_t>(t)] - target);
        values += target.numel();
      }
      predicted += static_cast<std::int64_t>(predictions.size()) * batch.size();
    }
    const double mse = squares / static_cast<double>(values);
    const double mse_of_last = squares_of_last / static_cast<double>(values);
    return {
        .metric = "mse",
        .value = mse,
        .higher_is_better = false,
        .examples = predicted,
        .other = {{"mse_of_last_frame", mse_of_last}, {"ratio_to_last_frame", mse / mse_of_last}}};
  }

  void visit_batch(const StateVisitor& visit) const override {
    if (batch_.size() > 0) {
      visit("frames", batch_.frames);
      if (!training_.is_original) {
        visit("continues", continues_);
      }
      if (training_.loop != nullptr) {
        training_.loop->visit_batch(visit);
      }
    }
  }

  /// Of the window's last frame, in which what went before has come together.
  void visit_outputs(const StateVisitor& visit) const override {
    if (prediction_.defined()) {
      visit("prediction", prediction_);
    }
  }

  void visit_state(const StateVisitor& visit) const override {
    trainer_.visit_state(visit);
    if (training_.is_original) {
      return;
    }
    const auto visit_all = [&](const char* name, const std::vector<at::Tensor>& tensors) {
      for (std::size_t l = 0; l < tensors.size(); ++l) {
        visit("carried/" + std::string(name) + "." + std::to_string(l), tensors[l]);
      }
    };
    visit_all("representation", after_.representation);
    visit_all("cell", after_.cell);
    visit_all("prediction", after_.feedback);
  }

 private:
  static VideoBatchesOptions train_options(const TaskContext& context, const Training& training) {
    auto options = test_options(context, training);
    options.shuffle = training.is_original;
    options.order_seed = context.seeds.order;
    options.windows_per_epoch = training.windows_per_epoch;
    if (training.is_original) {
      options.stride = training.stride;
    }
    return options;
  }

  static VideoBatchesOptions test_options(const TaskContext& context, const Training& training) {
    VideoBatchesOptions options;
    options.batch_size = training.batch_size;
    options.frames = training.frames;
    // The last frame of a window, predicted in it, is the first one seen in the next.
    options.stride = training.is_original ? 0 : training.frames - 1;
    options.shuffle = false;
    options.device = context.device;
    return options;
  }

  static double sum_of_squares(const at::Tensor& difference) {
    return difference.square().sum(at::kDouble).item<double>();
  }

  [[nodiscard]] State state_before(const State& carried, const at::Tensor& frames) const {
    const bool is_fresh = training_.is_original || carried.cell.empty();
    return is_fresh ? network_->start(frames.size(1), frames.options()) : carried;
  }

  /// Lotter et al. 2017, section 2.1: the errors of all frames but the first, over all layers.
  [[nodiscard]] at::Tensor error_loss(const at::Tensor& frames, State& state) {
    constexpr double kUpperLayers = 0.1;
    const double weight = 1.0 / static_cast<double>(frames.size(0) - 1);
    at::Tensor loss;
    for (std::int64_t t = 0; t < frames.size(0); ++t) {
      const auto seen = network_->see(frames[t], state);
      prediction_ = seen.prediction.detach();
      if (t == 0) {
        continue;
      }
      at::Tensor error = seen.errors[0].mean();
      for (std::size_t l = 1; training_.every_layer && l < seen.errors.size(); ++l) {
        error = error + kUpperLayers * seen.errors[l].mean();
      }
      loss = loss.defined() ? loss + error : error;
    }
    return weight * loss;
  }

  /// Watanabe's main.py: the squared errors of the next frames, summed over the window.
  [[nodiscard]] at::Tensor prediction_loss(const at::Tensor& frames, State& state) {
    at::Tensor loss;
    for (std::int64_t t = 0; t + 1 < frames.size(0); ++t) {
      const auto seen = network_->see(frames[t], state);
      prediction_ = seen.prediction.detach();
      const at::Tensor error = at::mse_loss(seen.prediction, frames[t + 1]);
      loss = loss.defined() ? loss + error : error;
    }
    return loss;
  }

  /// Predictions of frames 1, 2, … of a window [T, N, C, H, W].
  [[nodiscard]] std::vector<at::Tensor> predict(const at::Tensor& frames, State& state) {
    std::vector<at::Tensor> predictions;
    // `original` predicts the frame that it is about to see, `watanabe` the one after that.
    const std::int64_t first = training_.is_original ? 1 : 0;
    for (std::int64_t t = 0; t < frames.size(0) - 1 + first; ++t) {
      const auto seen = network_->see(frames[t], state);
      if (t >= first) {
        predictions.push_back(seen.prediction);
      }
    }
    return predictions;
  }

  Training training_;
  std::shared_ptr<Network> network_;
  Trainer trainer_;
  VideoBatches train_;
  VideoBatches test_;
  VideoBatch batch_;
  at::Tensor continues_;  ///< 1 if the batch begins in the state that the one before left
  State before_;          ///< the batch; empty for a state of zero
  State after_;
  at::Tensor prediction_;  ///< the last one of the last step, [N, C, H, W]
};

}  // namespace

std::unique_ptr<Task> make_task(const TaskContext& context, const Training& training,
                                std::shared_ptr<Network> network, VideoSplits data) {
  return std::make_unique<PredNetTask>(context, training, std::move(network), std::move(data));
}

}  // namespace ndbench::prednet
