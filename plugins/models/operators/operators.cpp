#include <algorithm>
#include <string>

#include "ndbench/plugin.h"
#include "operation.h"
#include "operator_task.h"

namespace {

using ndbench::operators::Operation;

class OperatorsModel final : public ndbench::Model {
 public:
  [[nodiscard]] std::vector<ndbench::Parameter> parameters() const override {
    std::vector<std::string> names;
    for (const Operation& operation : ndbench::operators::all_operations()) {
      names.emplace_back(operation.name);
    }
    return {{.name = "op",
             .default_value = std::string("index_put_accumulate"),
             .summary = "the operation; of a name with _backward both passes",
             .choices = names},
            {.name = "size",
             .default_value = std::int64_t{500'000},
             .summary = "elements of the largest input, about",
             .minimum = 1024,
             .maximum = 1e9}};
  }

  [[nodiscard]] std::unique_ptr<ndbench::Task> create_task(
      const ndbench::TaskContext& context) const override {
    const auto operations = ndbench::operators::all_operations();
    const std::string& name = context.parameters.text("op");
    const auto found =
        std::find_if(operations.begin(), operations.end(),
                     [&](const Operation& operation) { return operation.name == name; });
    if (found == operations.end()) {
      throw ndbench::Error("operators: there is no operation '" + name + "'");
    }
    return std::make_unique<ndbench::operators::OperatorTask>(*found, context);
  }
};

}  // namespace

NDBENCH_MODEL_PLUGIN("operators", "One operation of LibTorch at a time, of those that may vary",
                     OperatorsModel);
