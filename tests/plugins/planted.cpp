// Computes for a counted number of steps of arithmetic, and for a given share more where only
// deterministic algorithms are allowed: a cost that is known.

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>

#include "ndbench/plugin.h"
#include "tiny_task.h"

namespace {

/// A thousand multiply-adds, each of which waits for the one before.
double thousand(double value) {
  for (int i = 0; i < 1000; ++i) value = value * 0.999999 + 0.5;
  return value;
}

class PlantedTask final : public ndbench::TinyTask {
 public:
  explicit PlantedTask(const ndbench::TaskContext& context)
      : TinyTask(context.seeds), thousands_(context.parameters.integer("thousands")) {
    if (at::globalContext().deterministicAlgorithms()) {
      const double share = context.parameters.real("percent") / 100.0;
      thousands_ += static_cast<std::int64_t>(share * static_cast<double>(thousands_) + 0.5);
    }
  }

  at::Tensor train_step() override {
    // Every thread does all of it, so that they are done together.
    at::parallel_for(0, at::get_num_threads(), 1, [this](std::int64_t begin, std::int64_t end) {
      for (std::int64_t thread = begin; thread < end; ++thread) {
        double value = 1.0;
        for (std::int64_t i = 0; i < thousands_; ++i) value = thousand(value);
        [[maybe_unused]] volatile double kept = value;
      }
    });
    return TinyTask::train_step();
  }

 private:
  std::int64_t thousands_;
};

class PlantedModel final : public ndbench::Model {
 public:
  [[nodiscard]] std::vector<ndbench::Parameter> parameters() const override {
    return {{.name = "thousands",
             .default_value = std::int64_t{2000},
             .summary = "of multiply-adds in a step",
             .minimum = 1,
             .maximum = 1e9},
            {.name = "percent",
             .default_value = 3.0,
             .summary = "how much more in deterministic modes",
             .minimum = 0,
             .maximum = 1000}};
  }

  [[nodiscard]] std::unique_ptr<ndbench::Task> create_task(
      const ndbench::TaskContext& context) const override {
    return std::make_unique<PlantedTask>(context);
  }
};

}  // namespace

NDBENCH_MODEL_PLUGIN("planted", "Takes longer by a known share in deterministic modes",
                     PlantedModel);
