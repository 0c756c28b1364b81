#pragma once

#include <cstddef>
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

/// Consecutive examples of a batch, and the network that they go through.
struct NDBENCH_API Shard {
  std::size_t index = 0;  ///< of the network: 0 is the one that is trained, then come its copies
  std::int64_t first = 0;
  std::int64_t size = 0;
  torch::Device device;  ///< that the network is on

  /// The shard's part of a tensor [N, …] of the batch, on its device.
  [[nodiscard]] at::Tensor of(const at::Tensor& batch) const;
};

/// What each shard of a batch gave, in the order of the examples, on the device of the first;
/// undefined parts are left out. Undefined if there is none.
[[nodiscard]] NDBENCH_API at::Tensor joined(const std::vector<at::Tensor>& parts);

class DataParallel;

/// Trains a network: optimizer, learning rate schedule and precision, as the parameters of
/// trainer_parameters() say.
class NDBENCH_API Trainer {
 public:
  using Modules = std::vector<std::shared_ptr<torch::nn::Module>>;

  /// Moves `network` to the context's device and into its precision.
  ///
  /// @param copies  networks of the same layers, one for each shard of a batch after the first.
  ///                They get the weights of `network`, in every step anew, and keep buffers of
  ///                their own. None in a task that does not cut its batches.
  /// @throws ndbench::Error if the parameters do not fit together or the device.
  Trainer(std::shared_ptr<torch::nn::Module> network, const TaskContext& context,
          Modules copies = {});
  ~Trainer();

  /// Sets the schedule to the begin of an epoch, counted from 0, of so many steps.
  void start_epoch(std::int64_t epoch, std::int64_t steps);

  /// Queues one step: `loss()` under autocast, backward, update.
  /// @return the loss, scalar of input_type(), detached.
  /// @pre there are no copies.
  at::Tensor step(const std::function<at::Tensor()>& loss);

  /// The same of a batch of so many examples, which is cut into shards of nearly equal size, each
  /// on a thread of its own. `loss(shard)` is the mean over its examples; it is called at the same
  /// time for different shards, and for none that has no example.
  /// @return the mean over the batch.
  /// @throws what `loss` throws; of several shards the first's.
  at::Tensor step(std::int64_t batch_size, const std::function<at::Tensor(const Shard&)>& loss);

  /// Into how many shards a batch is cut: one more than there are copies.
  [[nodiscard]] std::size_t shards() const;

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
  std::unique_ptr<DataParallel> data_parallel_;  ///< none where there are no copies
  std::int64_t epoch_ = 0;
  std::int64_t steps_per_epoch_ = 1;
  std::int64_t steps_in_epoch_ = 0;
};

}  // namespace ndbench
