// A model that exists in some modes alone, and tells what it has chosen.

#include <ATen/Context.h>

#include "ndbench/plugin.h"
#include "tiny_task.h"

namespace {

class ChoosyTask final : public ndbench::TinyTask {
 public:
  using TinyTask::TinyTask;

  [[nodiscard]] std::map<std::string, std::string> in_force() const override {
    return {{"engine", "the fast one"}, {"threads", "many"}};
  }
};

class ChoosyModel final : public ndbench::Model {
 public:
  [[nodiscard]] std::vector<ndbench::Parameter> parameters() const override { return {}; }

  [[nodiscard]] std::unique_ptr<ndbench::Task> create_task(
      const ndbench::TaskContext& context) const override {
    if (at::globalContext().deterministicAlgorithms()) {
      throw ndbench::Unsupported("the fast one is not deterministic");
    }
    return std::make_unique<ChoosyTask>(context.seeds);
  }
};

}  // namespace

NDBENCH_MODEL_PLUGIN("choosy", "Exists in modes that are not deterministic", ChoosyModel);
