#include <ndbench/plugin.h>
#include <ndbench/random.h>
#include <ndbench/torch.h>

namespace {

/// Fits y = a x + b to points of a known line by gradient descent.
class LineFitTask final : public ndbench::Task {
 public:
  explicit LineFitTask(const ndbench::TaskContext& context)
      : points_(context.parameters.integer("points")),
        x_(torch::linspace(-1.0, 1.0, points_, torch::Device(context.device))),
        y_(2.0 * x_ + 1.0) {
    ndbench::RandomStream random(context.seeds.init, "line");
    line_ = torch::tensor({random.normal(), random.normal()}, torch::kFloat)
                .to(torch::Device(context.device))
                .requires_grad_();
  }

  void start_epoch(std::int64_t) override { loaded_ = false; }

  std::int64_t next_batch() override {
    if (loaded_) return 0;
    loaded_ = true;
    return points_;
  }

  at::Tensor train_step() override {
    const at::Tensor loss = error();
    loss.backward();
    const torch::NoGradGuard no_grad;
    line_ -= 0.1 * line_.grad();
    line_.mutable_grad().reset();
    return loss.detach();
  }

  ndbench::Evaluation evaluate() override {
    const torch::NoGradGuard no_grad;
    ndbench::Evaluation evaluation;
    evaluation.metric = "mse";
    evaluation.value = error().item<double>();
    evaluation.higher_is_better = false;
    evaluation.examples = points_;
    return evaluation;
  }

  void visit_batch(const ndbench::StateVisitor& visit) const override {
    if (loaded_) {
      visit("x", x_);
      visit("y", y_);
    }
  }

  void visit_state(const ndbench::StateVisitor& visit) const override {
    visit("parameters/line", line_);
  }

 private:
  [[nodiscard]] at::Tensor error() const {
    return (line_[0] * x_ + line_[1] - y_).square().mean();
  }

  std::int64_t points_;
  at::Tensor x_;
  at::Tensor y_;
  at::Tensor line_;
  bool loaded_ = false;
};

class LineFit final : public ndbench::Model {
 public:
  std::vector<ndbench::Parameter> parameters() const override {
    return {{"points", std::int64_t{100}, "points on the line", 2, 1e6}};
  }

  std::unique_ptr<ndbench::Task> create_task(const ndbench::TaskContext& context) const override {
    return std::make_unique<LineFitTask>(context);
  }
};

}  // namespace

NDBENCH_MODEL_PLUGIN("line_fit", "A straight line through points", LineFit);
