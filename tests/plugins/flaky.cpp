// Ends in a state that depends on more than its seeds, as a model with a race would.

#include <ATen/ATen.h>
#include <unistd.h>

#include "ndbench/plugin.h"
#include "tiny_task.h"

namespace {

class FlakyTask final : public ndbench::TinyTask {
 public:
  explicit FlakyTask(const ndbench::TaskContext& context)
      : TinyTask(context.seeds),
        drift_(at::full({4}, context.parameters.boolean("drift") ? getpid() : 0, at::kLong)) {}

  void visit_state(const ndbench::StateVisitor& visit) const override {
    TinyTask::visit_state(visit);
    visit("buffers/drift", drift_);
  }

 private:
  at::Tensor drift_;
};

class FlakyModel final : public ndbench::Model {
 public:
  [[nodiscard]] std::vector<ndbench::Parameter> parameters() const override {
    return {{.name = "drift",
             .default_value = true,
             .summary = "whether the final state differs from process to process"}};
  }

  [[nodiscard]] std::unique_ptr<ndbench::Task> create_task(
      const ndbench::TaskContext& context) const override {
    return std::make_unique<FlakyTask>(context);
  }
};

}  // namespace

NDBENCH_MODEL_PLUGIN("flaky", "Breaks the promise of fixed mode", FlakyModel);
