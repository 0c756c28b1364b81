#pragma once

#include <memory>

#include "ndbench/model.h"

namespace ndbench {

/// The smallest Task: one tensor of state, drawn from the init seed, and steps that compute
/// nothing. An epoch has two batches of 8 examples.
class TinyTask : public Task {
 public:
  explicit TinyTask(const Seeds& seeds);
  ~TinyTask() override;

  void start_epoch(std::int64_t epoch) override;
  std::int64_t next_batch() override;
  at::Tensor train_step() override;
  Evaluation evaluate() override;
  void visit_batch(const StateVisitor& visit) const override;
  void visit_state(const StateVisitor& visit) const override;

 private:
  struct Tensors;  // plugins that only pass a TinyTask on compile without LibTorch's headers
  std::unique_ptr<Tensors> tensors_;
  int batches_ = 0;
};

}  // namespace ndbench
