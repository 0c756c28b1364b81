#include <cmath>
#include <string>
#include <string_view>

#include "ndbench/initialize.h"
#include "prednet_layer.h"

namespace ndbench::prednet {
namespace {

class WatanabeLayerImpl : public torch::nn::Module {
 public:
  WatanabeLayerImpl(const Architecture& architecture, std::int64_t layer) {
    const std::int64_t channels = architecture.channels_of(layer);
    // i, f, c, o. The convolutions of E and of the layer above have no bias of their own: one
    // convolution of all inputs with one bias is the same.
    gates = register_module("gates", conv3(gate_inputs(architecture, layer), 4 * channels));
    const auto peephole = [&](const char* name) {
      return register_parameter(name, torch::zeros({channels, architecture.height >> layer,
                                                    architecture.width >> layer}));
    };
    peephole_i = peephole("peephole_i");
    peephole_f = peephole("peephole_f");
    peephole_o = peephole("peephole_o");
    p = register_module("p", conv3(channels, channels));
    if (layer + 1 < architecture.layers) {
      a = register_module("a", conv3(2 * channels, architecture.channels_of(layer + 1)));
    }
  }

  torch::nn::Conv2d gates{nullptr}, p{nullptr}, a{nullptr};
  at::Tensor peephole_i, peephole_f, peephole_o;
};
TORCH_MODULE(WatanabeLayer);

void fill_lecun_normal(const at::Tensor& weight, RandomStream& random) {
  const auto fan_in = static_cast<double>(weight.numel() / weight.size(0));
  fill_normal(weight, 1.0 / std::sqrt(fan_in), random);
}

class Watanabe final : public Network {
 public:
  explicit Watanabe(const Architecture& architecture)
      : Network(architecture), layers_(make_layers<WatanabeLayer>(*this, architecture)) {}

  [[nodiscard]] State start(std::int64_t batch,
                            const torch::TensorOptions& options) const override {
    return zero_state(architecture(), batch, /*feedback_channels=*/1, options);
  }

  Seen see(const at::Tensor& frame, State& state) override {
    Seen seen;
    at::Tensor input = frame;
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      seen.errors.push_back(split_error(input, state.feedback[l]));
      if (l + 1 < layers_.size()) {
        input = pooled(layers_[l]->a(seen.errors[l]));
      }
    }
    at::Tensor from_above;
    for (std::size_t l = layers_.size(); l-- > 0;) {
      represent(l, seen.errors[l], from_above, state);
      from_above = l > 0 ? upsampled(state.representation[l]) : at::Tensor();
      const at::Tensor convolved = layers_[l]->p(state.representation[l]);
      state.feedback[l] = l == 0 ? saturated(convolved) : convolved.relu();
    }
    seen.prediction = state.feedback[0];
    return seen;
  }

  void initialize(std::uint64_t init_seed) override;

 private:
  void represent(std::size_t l, const at::Tensor& error, const at::Tensor& from_above,
                 State& state) {
    at::Tensor& representation = state.representation[l];
    at::Tensor& cell = state.cell[l];
    const WatanabeLayer& layer = layers_[l];
    std::vector<at::Tensor> inputs{representation, error};
    if (from_above.defined()) {
      inputs.push_back(from_above);
    }
    const auto gates = layers_[l]->gates(at::cat(inputs, 1)).chunk(4, 1);
    const at::Tensor in = at::addcmul(gates[0], layer->peephole_i, cell).sigmoid_();
    const at::Tensor forget = at::addcmul(gates[1], layer->peephole_f, cell).sigmoid_();
    const at::Tensor out = at::addcmul(gates[3], layer->peephole_o, cell).sigmoid_();
    cell = at::addcmul(forget * cell, in, gates[2].tanh());
    representation = out * cell.tanh();
  }

  std::vector<WatanabeLayer> layers_;
};

/// Each weight as the separate convolution that it is there: its fan-in is of its own input.
void Watanabe::initialize(std::uint64_t init_seed) {
  const torch::NoGradGuard no_grad;
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const std::string prefix = "layers." + std::to_string(l) + ".";
    for (const auto& item : layers_[l]->named_parameters()) {
      const at::Tensor& parameter = item.value();
      const std::string& name = item.key();
      RandomStream random(init_seed, std::string_view(prefix + name));
      if (name.ends_with("bias")) {
        parameter.zero_();
      } else if (name == "gates.weight") {
        const std::int64_t channels = architecture().channels_of(static_cast<std::int64_t>(l));
        std::vector<std::int64_t> inputs{channels, 2 * channels};
        if (parameter.size(1) > 3 * channels) {
          inputs.push_back(parameter.size(1) - 3 * channels);
        }
        for (const at::Tensor& part : parameter.split_with_sizes(inputs, 1)) {
          fill_lecun_normal(part, random);
        }
      } else if (name.starts_with("peephole")) {
        fill_normal(parameter, 1.0 / std::sqrt(static_cast<double>(parameter.numel())), random);
      } else {
        fill_lecun_normal(parameter, random);
      }
    }
  }
}

}  // namespace

std::shared_ptr<Network> make_watanabe(const Architecture& architecture) {
  return std::make_shared<Watanabe>(architecture);
}

}  // namespace ndbench::prednet
