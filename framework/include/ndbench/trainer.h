#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ndbench/model.h"
#include "ndbench/optimizer.h"
#include "ndbench/precision.h"
#include "ndbench/schedule.h"
#include "ndbench/torch.h"

namespace ndbench {

/// What a model is trained with unless the suite says otherwise.
struct TrainerDefaults {
  std::string optimizer = "adam";
  double learning_rate = 1e-3;
  double momentum = 0.9;
  bool nesterov = false;
  double weight_decay = 0.0;
};

/// The keys optimizer, learning_rate, momentum, nesterov, weight_decay, schedule, milestones,
/// decay_factor, schedule_epochs, warmup_epochs, precision.
[[nodiscard]] NDBENCH_API std::vector<Parameter> trainer_parameters(
    const TrainerDefaults& defaults);

/// Trains a network: optimizer, learning rate schedule and precision, as the parameters of
/// trainer_parameters() say.
class NDBENCH_API Trainer {
 public:
  /// Moves `network` to the context's device and into its precision.
  /// @throws ndbench::Error if the parameters do not fit together or the device.
  Trainer(std::shared_ptr<torch::nn::Module> network, const TaskContext& context);

  /// Sets the schedule to the begin of an epoch, counted from 0, of so many steps.
  void start_epoch(std::int64_t epoch, std::int64_t steps);

  /// Queues one step: `loss()` under autocast, backward, update.
  /// @return the loss, scalar of input_type(), detached.
  at::Tensor step(const std::function<at::Tensor()>& loss);

  /// The type that floating-point inputs must have: float64 or float32.
  [[nodiscard]] at::ScalarType input_type() const;

  /// Visits "parameters/<name>", "buffers/<name>", then the optimizer's state.
  void visit_state(const StateVisitor& visit) const;

  /// While alive, the network is in evaluation mode, under the same autocast, and nothing records
  /// gradients; then it trains again.
  class NDBENCH_API Evaluating {
   public:
    explicit Evaluating(Trainer& trainer);
    Evaluating(const Evaluating&) = delete;
    Evaluating& operator=(const Evaluating&) = delete;
    ~Evaluating();

   private:
    torch::nn::Module& network_;
    torch::NoGradGuard no_grad_;
    Autocast autocast_;
  };

 private:
  std::shared_ptr<torch::nn::Module> network_;
  torch::Device device_;
  Precision precision_;
  Optimizer optimizer_;
  Schedule schedule_;
  LossScaler scaler_;
  std::int64_t epoch_ = 0;
  std::int64_t steps_per_epoch_ = 1;
  std::int64_t steps_in_epoch_ = 0;
};

}  // namespace ndbench
