#include <cmath>

#include "../repeated_step.h"
#include "ndbench/initialize.h"
#include "probe_tasks.h"
#include "row_operation.h"

namespace ndbench::probes {
namespace {

/// First rows that are compared: of one that gives one number, two orders can agree by chance.
constexpr std::int64_t kDraws = 16;

/// 1, 2, 3, and the powers of 2 up to `largest`.
std::vector<std::int64_t> batch_sizes(std::int64_t largest) {
  std::vector<std::int64_t> sizes;
  for (std::int64_t size = 1; size <= largest; size *= 2) {
    sizes.push_back(size);
    if (size == 2 && largest > 2) sizes.push_back(3);
  }
  return sizes;
}

class BatchInvariance final : public RepeatedStep {
 public:
  explicit BatchInvariance(const TaskContext& context)
      : operation_(row_operation(context.parameters.text("op"))),
        sizes_(batch_sizes(context.parameters.integer("batch"))) {
    const std::int64_t length = context.parameters.integer("length");
    RandomStream random(context.seeds.init, "probes");
    const auto options = at::TensorOptions(at::kFloat).device(at::Device(context.device));
    rows_ = at::empty({kDraws, sizes_.back(), length}, options);
    fill_normal(rows_, 1.0, random);
    for (const auto& sizes : operation_.weights(length)) {
      weights_.push_back(at::empty(sizes, options));
      fill_normal(weights_.back(), 1.0 / std::sqrt(static_cast<double>(length)), random);
    }
    first_rows_ = compute();
    in_force_ = {{"batch_differs", text()}};
  }

  /// @return the share of the larger batches in which the first row gives other bits.
  at::Tensor train_step() override {
    first_rows_ = compute();
    return differs().to(at::kFloat).mean();
  }

  void visit_batch(const StateVisitor& visit) const override { visit("rows", rows_); }

  Evaluation evaluate() override {
    return {.metric = "share_of_batch_sizes_that_differ",
            .value = differs().to(at::kFloat).mean().item<double>(),
            .higher_is_better = false,
            .examples = std::ssize(sizes_) - 1};
  }

  void visit_state(const StateVisitor& visit) const override { visit("first_rows", first_rows_); }

  [[nodiscard]] std::map<std::string, std::string> in_force() const override { return in_force_; }

 private:
  /// What the first row of each draw gives in a batch of each size: [sizes, draws * m].
  [[nodiscard]] at::Tensor compute() const {
    const torch::NoGradGuard no_grad;
    std::vector<at::Tensor> first_rows;
    for (const std::int64_t size : sizes_) {
      for (std::int64_t draw = 0; draw < kDraws; ++draw) {
        const at::Tensor batch = rows_[draw].narrow(0, 0, size);
        first_rows.push_back(operation_.compute(batch, weights_)[0]);
      }
    }
    return at::stack(first_rows).view({std::ssize(sizes_), -1});
  }

  /// Of each size but 1, whether that is not what it gives alone.
  [[nodiscard]] at::Tensor differs() const {
    return first_rows_.narrow(0, 1, first_rows_.size(0) - 1).ne(first_rows_[0]).any(1);
  }

  /// "2, 8, 64", or "none".
  [[nodiscard]] std::string text() const {
    const at::Tensor is_different = differs().to(at::kCPU);
    std::string differing;
    for (std::int64_t i = 0; i < is_different.size(0); ++i) {
      if (!is_different[i].item<bool>()) continue;
      differing +=
          (differing.empty() ? "" : ", ") + std::to_string(sizes_[static_cast<std::size_t>(i + 1)]);
    }
    return differing.empty() ? "none" : differing;
  }

  RowOperation operation_;
  std::vector<std::int64_t> sizes_;
  at::Tensor rows_;  ///< [draws, largest size, length]
  std::vector<at::Tensor> weights_;
  at::Tensor first_rows_;
  std::map<std::string, std::string> in_force_;
};

}  // namespace

std::unique_ptr<Task> batch_invariance(const TaskContext& context) {
  return std::make_unique<BatchInvariance>(context);
}

}  // namespace ndbench::probes
