#pragma once

#include <cstdint>
#include <utility>

#include "ndbench/model.h"

namespace ndbench {

/// A Task that runs the same step again and again: an epoch is one step.
class RepeatedStep : public Task {
 public:
  explicit RepeatedStep(std::int64_t examples = 1) : examples_(examples) {}

  void start_epoch(std::int64_t /*epoch*/) override { is_over_ = false; }

  std::int64_t next_batch() override { return std::exchange(is_over_, true) ? 0 : examples_; }

 private:
  std::int64_t examples_;
  bool is_over_ = true;
};

}  // namespace ndbench
