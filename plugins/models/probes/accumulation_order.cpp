#include <algorithm>

#include "../repeated_step.h"
#include "probe_tasks.h"
#include "row_operation.h"
#include "sum_order.h"

namespace ndbench::probes {
namespace {

class AccumulationOrder final : public RepeatedStep {
 public:
  explicit AccumulationOrder(const TaskContext& context)
      : operation_(row_operation(context.parameters.text("op"))),
        rows_(at::ones({context.parameters.integer("batch"), context.parameters.integer("length")},
                       at::Device(context.device))) {
    if (!operation_.is_one_sum) {
      throw Error(std::string("probes: '") + operation_.name +
                  "' has no one sum; take another op, or probe = \"batch_invariance\"");
    }
    for (const auto& sizes : operation_.weights(rows_.size(1))) {
      weights_.push_back(at::ones(sizes, rows_.options()));
    }
    if (!reveal()) throw Unsupported("the operation is no plain sum of its addends here");
    in_force_ = {{"sum_order", describe(tree_)}};
  }

  /// @return the depth: of each addend, at most so many roundings are in the sum.
  at::Tensor train_step() override {
    if (!reveal()) {
      throw Error("probes: the operation was a plain sum of its addends before, and is none now");
    }
    return at::full({}, static_cast<double>(depth(tree_)), rows_.options());
  }

  void visit_batch(const StateVisitor& visit) const override { visit("rows", rows_); }

  Evaluation evaluate() override {
    return {.metric = "depth",
            .value = static_cast<double>(depth(tree_)),
            .higher_is_better = false,
            .examples = tree_.addends};
  }

  void visit_state(const StateVisitor& visit) const override {
    const auto sizes = subtree_sizes(tree_);
    visit("subtree_sizes", torch::tensor(sizes, at::kInt).view({tree_.addends, tree_.addends}));
  }

  [[nodiscard]] std::map<std::string, std::string> in_force() const override { return in_force_; }

 private:
  /// False if the operation is no plain sum.
  [[nodiscard]] bool reveal() {
    const torch::NoGradGuard no_grad;
    const at::Tensor addends = at::ones({rows_.size(1)}, at::kFloat);
    const at::Tensor rows = rows_.clone();
    const Sum sum = [&](std::span<const double> values) {
      std::transform(values.begin(), values.end(), addends.data_ptr<float>(),
                     [](double value) { return static_cast<float>(value); });
      rows.select(0, 0).copy_(addends);
      return operation_.compute(rows, weights_)[0][0].item<double>();
    };
    auto tree = reveal_order(sum, rows_.size(1));
    if (tree) tree_ = std::move(*tree);
    return tree.has_value();
  }

  RowOperation operation_;
  at::Tensor rows_;  ///< ones; those beside the first stay so
  std::vector<at::Tensor> weights_;
  SumTree tree_;
  std::map<std::string, std::string> in_force_;
};

}  // namespace

std::unique_ptr<Task> accumulation_order(const TaskContext& context) {
  return std::make_unique<AccumulationOrder>(context);
}

}  // namespace ndbench::probes
