#pragma once

#include <cstdint>

#include "ndbench/torch.h"

namespace ndbench::graph_convolution {

/// H' = H W_self + b + the mean over a node's neighbours of H W_neighbour (GraphSAGE's mean
/// aggregator, Hamilton et al. 2017, with the sum of both parts for their concatenation).
class LayerImpl : public torch::nn::Module {
 public:
  LayerImpl(std::int64_t in, std::int64_t out)
      : self_(register_module("self", torch::nn::Linear(in, out))),
        neighbour_(register_module(
            "neighbour", torch::nn::Linear(torch::nn::LinearOptions(in, out).bias(false)))) {}

  /// [N, in] to [N, out]. `neighbours` is [N, k].
  at::Tensor forward(const at::Tensor& nodes, const at::Tensor& neighbours) {
    // Gathering by index, on purpose: its backward pass adds with atomics, in the order that the
    // threads happen to come, unless deterministic algorithms are asked for.
    return self_(nodes) + neighbour_(nodes).index({neighbours}).mean(1);
  }

 private:
  torch::nn::Linear self_, neighbour_;
};
TORCH_MODULE(Layer);

class NetworkImpl : public torch::nn::Module {
 public:
  NetworkImpl(std::int64_t features, std::int64_t hidden, std::int64_t classes)
      : layer1_(register_module("layer1", Layer(features, hidden))),
        layer2_(register_module("layer2", Layer(hidden, classes))) {}

  /// [N, features] to [N, classes] logits.
  at::Tensor forward(const at::Tensor& nodes, const at::Tensor& neighbours) {
    return layer2_(layer1_(nodes, neighbours).relu_(), neighbours);
  }

 private:
  Layer layer1_, layer2_;
};
TORCH_MODULE(Network);

}  // namespace ndbench::graph_convolution
