// Misbehaves in one phase of a cell, in the way that its parameter asks for.

#include <ATen/core/Tensor.h>

#include "misdeeds.h"
#include "ndbench/plugin.h"
#include "tiny_task.h"

namespace {

class VillainTask final : public ndbench::TinyTask {
 public:
  explicit VillainTask(const ndbench::TaskContext& context)
      : TinyTask(context.seeds),
        misdeed_(context.parameters.text("misdeed")),
        phase_(context.parameters.text("phase")) {
    reach("prepare");
  }

  ~VillainTask() override { reach("teardown"); }

  at::Tensor train_step() override {
    reach("train");
    return TinyTask::train_step();
  }

  ndbench::Evaluation evaluate() override {
    reach("evaluate");
    return TinyTask::evaluate();
  }

  void visit_state(const ndbench::StateVisitor& visit) const override {
    reach("hash");
    TinyTask::visit_state(visit);
  }

 private:
  void reach(const std::string& phase) const {
    if (phase == phase_) ndbench::commit(misdeed_, phase);
  }

  std::string misdeed_;
  std::string phase_;
};

class VillainModel final : public ndbench::Model {
 public:
  [[nodiscard]] std::vector<ndbench::Parameter> parameters() const override {
    return {{.name = "misdeed",
             .default_value = "none",
             .summary = "what it does",
             .choices = ndbench::misdeeds()},
            {.name = "phase",
             .default_value = "train",
             .summary = "when it does it",
             .choices = {"prepare", "train", "evaluate", "hash", "teardown"}}};
  }

  [[nodiscard]] std::unique_ptr<ndbench::Task> create_task(
      const ndbench::TaskContext& context) const override {
    return std::make_unique<VillainTask>(context);
  }
};

}  // namespace

NDBENCH_MODEL_PLUGIN("villain", "Misbehaves as asked", VillainModel);
