#include "ndbench/plugin.h"
#include "probe_tasks.h"
#include "row_operation.h"

namespace {

class ProbesModel final : public ndbench::Model {
 public:
  [[nodiscard]] std::vector<ndbench::Parameter> parameters() const override {
    std::vector<std::string> names;
    for (const auto& operation : ndbench::probes::row_operations()) {
      names.emplace_back(operation.name);
    }
    return {{.name = "probe",
             .default_value = std::string("accumulation_order"),
             .summary = "what is found out: in which order sums are formed, or whether a row's "
                        "bits depend on its batch",
             .choices = {"accumulation_order", "batch_invariance"}},
            {.name = "op",
             .default_value = std::string("mm"),
             .summary = "the operation; a network has no one sum",
             .choices = names},
            {.name = "length",
             .default_value = std::int64_t{64},
             .summary = "numbers in a row, which a sum is over; a multiple of 16",
             .minimum = 16,
             .maximum = 4096},
            {.name = "batch",
             .default_value = std::int64_t{1},
             .summary = "rows: in the batch whose first sum is looked at, or in the largest that "
                        "is compared, which is at least 2",
             .minimum = 1,
             .maximum = 4096}};
  }

  [[nodiscard]] std::unique_ptr<ndbench::Task> create_task(
      const ndbench::TaskContext& context) const override {
    const std::int64_t length = context.parameters.integer("length");
    if (length % 16 != 0) {
      throw ndbench::Error("probes: length is " + std::to_string(length) +
                           "; it must be a multiple of 16");
    }
    if (context.parameters.text("probe") == "accumulation_order") {
      return ndbench::probes::accumulation_order(context);
    }
    if (context.parameters.integer("batch") < 2) {
      throw ndbench::Error("probes: nothing to compare a batch of 1 with; set batch to 2 or more");
    }
    return ndbench::probes::batch_invariance(context);
  }
};

}  // namespace

NDBENCH_MODEL_PLUGIN("probes", "The order of sums, and whether a row's bits depend on its batch",
                     ProbesModel);
