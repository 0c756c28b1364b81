#include "chainer_loop.h"

#include <cstring>

namespace ndbench::prednet {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// mean_squared_error of Chainer 3 and later (functions/loss/mean_squared_error.py): backward takes
/// the difference again from its inputs, which are kept by reference.
class ChainerMeanSquaredError : public torch::autograd::Function<ChainerMeanSquaredError> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& prediction,
                            const at::Tensor& target) {
    // Not save_for_backward(): LibTorch would then notice that they changed, or keep a copy.
    context->saved_data["prediction"] = prediction.detach();
    context->saved_data["target"] = target;
    return (prediction - target).square().mean();
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const at::Tensor prediction = context->saved_data["prediction"].toTensor();
    const at::Tensor target = context->saved_data["target"].toTensor();
    const double scale = 2.0 / static_cast<double>(prediction.numel());
    return {(prediction - target) * gradients[0] * scale, at::Tensor()};
  }
};

class ChainerLoop final : public FrameLoop {
 public:
  ChainerLoop(const std::string& device, at::ScalarType type, bool copy)
      : options_(torch::dtype(type).device(device)), copy_(copy) {}

  void load(const at::Tensor& frames) override {
    frames_ = frames.to(at::kCPU, at::kFloat).contiguous();
    if (!x_batch_.defined() || x_batch_.sizes() != frames_[0].sizes()) {
      x_batch_ = torch::empty_like(frames_[0]);
      y_batch_ = torch::empty_like(frames_[0]);
    }
    fill(0);
  }

  at::Tensor loss(Network& network, State& state) override {
    at::Tensor sum;
    for (std::int64_t t = 0; t + 1 < frames_.size(0); ++t) {
      fill(t);
      const auto seen = network.see(as_array(x_batch_), state);
      const at::Tensor error =
          ChainerMeanSquaredError::apply(seen.prediction.to(options_.dtype()), as_array(y_batch_));
      sum = sum.defined() ? sum + error : error;
    }
    return sum;
  }

  /// Buffers that were copied are a matter of the loop alone.
  void visit_batch(const StateVisitor& visit) const override {
    if (x_batch_.defined() && as_array(x_batch_).is_same(x_batch_)) {
      visit("x_batch", x_batch_);
      visit("y_batch", y_batch_);
    }
  }

 private:
  /// Behind LibTorch's back, as NumPy writes into an array that Chainer holds.
  void fill(std::int64_t t) {
    const auto bytes = static_cast<std::size_t>(x_batch_.nbytes());
    std::memcpy(x_batch_.data_ptr(), frames_[t].data_ptr(), bytes);
    std::memcpy(y_batch_.data_ptr(), frames_[t + 1].data_ptr(), bytes);
  }

  /// xp.asarray(): the buffer itself if it has the device and the type already.
  [[nodiscard]] at::Tensor as_array(const at::Tensor& buffer) const {
    return buffer.to(options_, /*non_blocking=*/false, copy_);
  }

  at::TensorOptions options_;
  bool copy_;
  at::Tensor frames_;   ///< the window, on the host
  at::Tensor x_batch_;  ///< the frame that is seen
  at::Tensor y_batch_;  ///< the one after it
};

}  // namespace

std::shared_ptr<FrameLoop> make_chainer_loop(const std::string& device, at::ScalarType type,
                                             bool copy) {
  return std::make_shared<ChainerLoop>(device, type, copy);
}

}  // namespace ndbench::prednet
