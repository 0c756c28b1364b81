// Does nothing for a given time: what remains of a step is the harness.

#include <ATen/core/Tensor.h>

#include <chrono>

#include "ndbench/plugin.h"
#include "tiny_task.h"

namespace {

using Clock = std::chrono::steady_clock;

class NullTask final : public ndbench::TinyTask {
 public:
  explicit NullTask(const ndbench::TaskContext& context)
      : TinyTask(context.seeds),
        step_(std::chrono::microseconds(context.parameters.integer("step_microseconds"))) {}

  at::Tensor train_step() override {
    const Clock::time_point end = Clock::now() + step_;
    while (Clock::now() < end) {
    }
    return TinyTask::train_step();
  }

 private:
  Clock::duration step_;
};

class NullModel final : public ndbench::Model {
 public:
  [[nodiscard]] std::vector<ndbench::Parameter> parameters() const override {
    return {{.name = "step_microseconds",
             .default_value = std::int64_t{0},
             .summary = "how long a step keeps the processor busy",
             .minimum = 0,
             .maximum = 1e9}};
  }

  [[nodiscard]] std::unique_ptr<ndbench::Task> create_task(
      const ndbench::TaskContext& context) const override {
    return std::make_unique<NullTask>(context);
  }
};

}  // namespace

NDBENCH_MODEL_PLUGIN("null", "Does nothing for a given time", NullModel);
