#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "ndbench/model.h"
#include "ndbench/torch.h"

namespace ndbench {

/// Gradient descent with momentum, or Adam, as torch.optim defines them: the same bits.
///
/// Every operation is queued once for all parameters (the `_foreach_` operations of LibTorch):
/// on a GPU a few launches for a step, where one tensor at a time takes hundreds.
class NDBENCH_API Optimizer {
 public:
  struct Sgd {
    double momentum = 0.0;
    bool nesterov = false;
    double weight_decay = 0.0;
  };
  struct Adam {
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    double weight_decay = 0.0;  ///< as an L2 penalty, added to the gradient
  };

  /// Updates all parameters of `module`, which must be on their device already.
  Optimizer(const torch::nn::Module& module, const Sgd& sgd);
  Optimizer(const torch::nn::Module& module, const Adam& adam);

  /// Drops all gradients, so that the next backward pass writes them without reading old ones.
  void clear_gradients();

  /// Updates every parameter that has a gradient.
  void step(double learning_rate);

  /// The gradients that there are, in the order of the parameters.
  [[nodiscard]] std::vector<at::Tensor> gradients() const;

  /// Visits, for each parameter that was stepped, "optimizer/<name>/momentum_buffer" of SGD;
  /// "optimizer/<name>/exp_avg" and "…/exp_avg_sq" of Adam, and its "optimizer/step", an int64
  /// scalar on the CPU.
  void visit_state(const StateVisitor& visit) const;

 private:
  struct Slot {
    std::string name;
    at::Tensor parameter;
    at::Tensor first;   ///< momentum_buffer or exp_avg; undefined before the first step
    at::Tensor second;  ///< exp_avg_sq
  };
  using Slots = std::vector<Slot*>;

  [[nodiscard]] Slots slots_with_gradient();
  void step_sgd(const Slots& slots, double learning_rate);
  void step_adam(const Slots& slots, double learning_rate);

  std::variant<Sgd, Adam> kind_;
  std::vector<Slot> slots_;
  std::int64_t steps_ = 0;
};

}  // namespace ndbench
