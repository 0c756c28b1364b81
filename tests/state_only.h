#pragma once

#include <ATen/ATen.h>

#include <string>
#include <utility>
#include <vector>

#include "ndbench/model.h"

namespace ndbench {

using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

/// A Task that is nothing but its state, shown as it is or as copies.
class StateOnly final : public Task {
 public:
  explicit StateOnly(NamedTensors state, bool shows_copies = false)
      : state_(std::move(state)), shows_copies_(shows_copies) {}
  void start_epoch(std::int64_t) override {}
  std::int64_t next_batch() override { return 0; }
  at::Tensor train_step() override { return {}; }
  Evaluation evaluate() override { return {}; }
  void visit_batch(const StateVisitor&) const override {}
  void visit_state(const StateVisitor& visit) const override {
    for (const auto& [name, value] : state_) visit(name, shows_copies_ ? value.clone() : value);
  }

 private:
  NamedTensors state_;
  bool shows_copies_;
};

}  // namespace ndbench
