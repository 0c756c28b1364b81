// Sleeps for a time, ends in a state and scatters as it is told by variables of the environment: a
// night that is like the one before, or not. A sleep is as long on a busy machine as on an idle
// one.

#include <ATen/core/Tensor.h>

#include <chrono>
#include <cstdlib>
#include <thread>
#include <vector>

#include "ndbench/plugin.h"
#include "tiny_task.h"

namespace {

/// What is planted, as a number; `otherwise` where nothing is.
double planted(const char* variable, double otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtod(text, nullptr);
}

/// TinyTask drops the lowest bit.
ndbench::Seeds with_other_bit(ndbench::Seeds seeds) {
  if (planted("NDBENCH_TEST_FLIP", 0.0) != 0.0) seeds.init ^= 2U;
  return seeds;
}

class NightlyTask final : public ndbench::TinyTask {
 public:
  explicit NightlyTask(const ndbench::TaskContext& context)
      : TinyTask(with_other_bit(context.seeds)),
        step_(0.010 * planted("NDBENCH_TEST_SLOWER", 1.0)),
        // In [-1, 1), from the highest bits of the seed.
        draw_(static_cast<double>(context.seeds.init >> 11U) * 0x1p-52 - 1.0) {}

  at::Tensor train_step() override {
    std::this_thread::sleep_for(step_);
    return TinyTask::train_step();
  }

  ndbench::Evaluation evaluate() override {
    return {.metric = "accuracy",
            .value = 0.5 + 0.01 * draw_ * planted("NDBENCH_TEST_SPREAD", 1.0),
            .examples = 8};
  }

 private:
  std::chrono::duration<double> step_;
  double draw_;
};

class NightlyModel final : public ndbench::Model {
 public:
  [[nodiscard]] std::vector<ndbench::Parameter> parameters() const override { return {}; }

  [[nodiscard]] std::unique_ptr<ndbench::Task> create_task(
      const ndbench::TaskContext& context) const override {
    return std::make_unique<NightlyTask>(context);
  }
};

}  // namespace

NDBENCH_MODEL_PLUGIN("nightly", "Changes from night to night as it is told", NightlyModel);
