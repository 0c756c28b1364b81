#pragma once

#include <ATen/ATen.h>

#include "ndbench/model.h"

namespace ndbench {

/// A Task that is nothing but what a trace sees of it.
class TracedTask final : public Task {
 public:
  void start_epoch(std::int64_t) override {}
  std::int64_t next_batch() override { return 0; }
  at::Tensor train_step() override { return {}; }
  Evaluation evaluate() override { return {}; }
  void visit_batch(const StateVisitor& visit) const override {
    if (inputs.defined()) visit("inputs", inputs);
  }
  void visit_outputs(const StateVisitor& visit) const override {
    if (logits.defined()) visit("logits", logits);
  }
  void visit_state(const StateVisitor& visit) const override {
    visit("parameters/w", weights);
    visit("buffers/b", buffer);
  }

  at::Tensor weights = at::tensor({1.0F, 2.0F, 4.0F});
  at::Tensor buffer = at::zeros({2});
  at::Tensor inputs;
  at::Tensor logits;
};

}  // namespace ndbench
