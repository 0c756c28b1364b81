#pragma once

#include <cstdint>

#include "ndbench/random.h"
#include "ndbench/torch.h"

namespace ndbench {

/// What keeps its variance constant from layer to layer: activations (in) or gradients (out).
enum class Fan { kIn, kOut };

/// Fills a weight [out, in, …] with normal numbers of variance 2 / fan, for layers that feed a ReLU
/// (He et al. 2015, arXiv 1502.01852, eq. 10 and 14). The same bits on every device.
NDBENCH_API void fill_he_normal(const at::Tensor& weight, Fan fan, RandomStream& random);

/// Fills a tensor with normal numbers of mean 0. The same bits on every device.
NDBENCH_API void fill_normal(const at::Tensor& tensor, double deviation, RandomStream& random);

/// Fills a weight [out, in, …] with uniform numbers of variance 2 / (fan-in + fan-out), for layers
/// that feed a sigmoid or tanh (Glorot and Bengio 2010, eq. 16). The same bits on every device.
NDBENCH_API void fill_glorot_uniform(const at::Tensor& weight, RandomStream& random);

/// Fills a tensor with uniform numbers in [-bound, bound]. The same bits on every device.
NDBENCH_API void fill_uniform(const at::Tensor& tensor, double bound, RandomStream& random);

/// Initializes every parameter of `module` from the stream that has the parameter's name, so that
/// what one layer draws does not depend on the layers before it.
///
/// Conv2d: He normal by fan-out, bias 0. Linear: weight and bias uniform within 1 / sqrt(fan-in).
/// BatchNorm2d: weight 1, bias 0. These are the rules of torchvision's ResNet.
/// @throws ndbench::Error if a parameter belongs to a layer of another kind.
NDBENCH_API void initialize(const torch::nn::Module& module, std::uint64_t init_seed);

}  // namespace ndbench
