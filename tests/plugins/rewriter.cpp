// Writes into its own batch while it trains, as a loop does that re-uses its buffers.

#include <ATen/ATen.h>

#include "ndbench/plugin.h"
#include "tiny_task.h"

namespace {

class RewriterTask final : public ndbench::TinyTask {
 public:
  explicit RewriterTask(const ndbench::TaskContext& context)
      : TinyTask(context.seeds),
        from_step_(context.parameters.integer("from_step")),
        inputs_(at::ones({8, 2})),
        targets_(at::zeros({8})) {}

  at::Tensor train_step() override {
    if (++step_ >= from_step_) {
      targets_.add_(1);
    }
    return TinyTask::train_step();
  }

  void visit_batch(const ndbench::StateVisitor& visit) const override {
    visit("inputs", inputs_);
    visit("targets", targets_);
  }

 private:
  std::int64_t from_step_;
  std::int64_t step_ = 0;
  at::Tensor inputs_;
  at::Tensor targets_;
};

class RewriterModel final : public ndbench::Model {
 public:
  [[nodiscard]] std::vector<ndbench::Parameter> parameters() const override {
    return {{.name = "from_step",
             .default_value = std::int64_t{1},
             .summary = "the first step that writes into its batch, counted from 1",
             .minimum = 1,
             .maximum = 1e9}};
  }

  [[nodiscard]] std::unique_ptr<ndbench::Task> create_task(
      const ndbench::TaskContext& context) const override {
    return std::make_unique<RewriterTask>(context);
  }
};

}  // namespace

NDBENCH_MODEL_PLUGIN("rewriter", "Writes into its own batch", RewriterModel);
