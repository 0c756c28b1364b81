#include <string_view>

#include "ndbench/initialize.h"
#include "prednet_layer.h"

namespace ndbench::prednet {
namespace {

/// That of Keras 2; LibTorch's has a slope of 1/6.
at::Tensor hard_sigmoid(const at::Tensor& x) {
  return at::add(at::scalar_tensor(0.5, x.options()), x, 0.2).clamp_(0.0, 1.0);
}

class OriginalLayerImpl : public torch::nn::Module {
 public:
  OriginalLayerImpl(const Architecture& architecture, std::int64_t layer) {
    const std::int64_t channels = architecture.channels_of(layer);
    // i, f, c, o: four convolutions of the same input are one with four times the channels.
    gates = register_module("gates", conv3(gate_inputs(architecture, layer), 4 * channels));
    ahat = register_module("ahat", conv3(channels, channels));
    if (layer + 1 < architecture.layers) {
      a = register_module("a", conv3(2 * channels, architecture.channels_of(layer + 1)));
    }
  }

  torch::nn::Conv2d gates{nullptr}, ahat{nullptr}, a{nullptr};
};
TORCH_MODULE(OriginalLayer);

class Original final : public Network {
 public:
  explicit Original(const Architecture& architecture)
      : Network(architecture), layers_(make_layers<OriginalLayer>(*this, architecture)) {}

  [[nodiscard]] State start(std::int64_t batch,
                            const torch::TensorOptions& options) const override {
    return zero_state(architecture(), batch, /*feedback_channels=*/2, options);
  }

  Seen see(const at::Tensor& frame, State& state) override {
    at::Tensor from_above;
    for (std::size_t l = layers_.size(); l-- > 0;) {
      represent(l, from_above, state);
      from_above = l > 0 ? upsampled(state.representation[l]) : at::Tensor();
    }
    Seen seen;
    at::Tensor input = frame;
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const at::Tensor convolved = layers_[l]->ahat(state.representation[l]);
      const at::Tensor prediction = l == 0 ? saturated(convolved) : convolved.relu();
      if (l == 0) {
        seen.prediction = prediction;
      }
      state.feedback[l] = split_error(prediction, input);
      if (l + 1 < layers_.size()) {
        input = pooled(layers_[l]->a(state.feedback[l]));
      }
    }
    seen.errors = state.feedback;
    return seen;
  }

  void initialize(std::uint64_t init_seed) override {
    const torch::NoGradGuard no_grad;
    for (const auto& item : named_parameters()) {
      const at::Tensor& parameter = item.value();
      if (parameter.dim() == 1) {
        parameter.zero_();
        continue;
      }
      RandomStream random(init_seed, std::string_view(item.key()));
      // The gates are four convolutions, each with its own fan-out.
      const bool is_gates = item.key().ends_with("gates.weight");
      for (const at::Tensor& weight : parameter.chunk(is_gates ? 4 : 1)) {
        fill_glorot_uniform(weight, random);
      }
    }
  }

 private:
  void represent(std::size_t l, const at::Tensor& from_above, State& state) {
    at::Tensor& representation = state.representation[l];
    at::Tensor& cell = state.cell[l];
    const std::int64_t channels = cell.size(1);
    std::vector<at::Tensor> inputs{representation, state.feedback[l]};
    if (from_above.defined()) {
      inputs.push_back(from_above);
    }
    const at::Tensor gates = layers_[l]->gates(at::cat(inputs, 1));
    const at::Tensor in_forget = hard_sigmoid(gates.narrow(1, 0, 2 * channels));
    const at::Tensor candidate = gates.narrow(1, 2 * channels, channels).tanh();
    const at::Tensor out = hard_sigmoid(gates.narrow(1, 3 * channels, channels));
    cell = at::addcmul(in_forget.narrow(1, channels, channels) * cell,
                       in_forget.narrow(1, 0, channels), candidate);
    representation = out * cell.tanh();
  }

  std::vector<OriginalLayer> layers_;
};

}  // namespace

State State::detached() const {
  State result = *this;
  for (auto* tensors : {&result.representation, &result.cell, &result.feedback}) {
    for (at::Tensor& tensor : *tensors) {
      tensor = tensor.detach();
    }
  }
  return result;
}

std::shared_ptr<Network> make_original(const Architecture& architecture) {
  return std::make_shared<Original>(architecture);
}

}  // namespace ndbench::prednet
