#pragma once

#include "../repeated_step.h"
#include "ndbench/model.h"
#include "operation.h"

namespace ndbench::operators {

/// Runs one operation on the same inputs in every step. Its state is what the last step gave:
/// "output", or "gradient/<input>" of each leaf; zeros before the first.
class OperatorTask final : public RepeatedStep {
 public:
  /// Draws the inputs from the init seed and runs the operation once.
  /// @throws ndbench::Unsupported if LibTorch refuses it, here and in this mode.
  OperatorTask(const Operation& operation, const TaskContext& context);

  /// @return the first element of the result: a sum would be timed, too.
  at::Tensor train_step() override;

  void visit_batch(const StateVisitor& visit) const override;
  void visit_outputs(const StateVisitor& visit) const override;

  /// The distance of the last step's result from that in float64 on the CPU, as a share of its
  /// norm.
  Evaluation evaluate() override;

  void visit_state(const StateVisitor& visit) const override;

 private:
  [[nodiscard]] Tensors run(const Tensors& inputs, const at::Tensor& gradient) const;

  Operation operation_;
  Tensors inputs_;
  at::Tensor gradient_;  ///< of the output; undefined where none is taken
  Tensors results_;
  bool has_stepped_ = false;
};

}  // namespace ndbench::operators
