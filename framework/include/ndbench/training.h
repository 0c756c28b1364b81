#pragma once

#include <cstdint>

#include "ndbench/model.h"
#include "ndbench/random.h"
#include "ndbench/torch.h"

namespace ndbench {

/// What keeps its variance constant from layer to layer: activations (in) or gradients (out).
enum class Fan { kIn, kOut };

/// Fills a weight [out, in, …] with normal numbers of variance 2 / fan, for layers that feed a ReLU
/// (He et al. 2015, arXiv 1502.01852, eq. 10 and 14). The same bits on every device.
NDBENCH_API void fill_he_normal(const at::Tensor& weight, Fan fan, RandomStream& random);

/// Fills a tensor with uniform numbers in [-bound, bound]. The same bits on every device.
NDBENCH_API void fill_uniform(const at::Tensor& tensor, double bound, RandomStream& random);

/// Initializes every parameter of `module` from the stream that has the parameter's name, so that
/// what one layer draws does not depend on the layers before it.
///
/// Conv2d: He normal by fan-out, bias 0. Linear: weight and bias uniform within 1 / sqrt(fan-in).
/// BatchNorm2d: weight 1, bias 0. These are the rules of torchvision's ResNet.
/// @throws ndbench::Error if a parameter belongs to a layer of another kind.
NDBENCH_API void initialize(const torch::nn::Module& module, std::uint64_t init_seed);

/// Drops all gradients, so that the next backward pass writes them without reading old ones.
/// Optimizer::zero_grad() of LibTorch 1.13 can only fill them with zeros.
NDBENCH_API void clear_gradients(torch::optim::Optimizer& optimizer);

/// While alive, `module` is in evaluation mode and nothing records gradients; then it trains again.
class NDBENCH_API EvaluationMode {
 public:
  explicit EvaluationMode(torch::nn::Module& module);
  EvaluationMode(const EvaluationMode&) = delete;
  EvaluationMode& operator=(const EvaluationMode&) = delete;
  ~EvaluationMode();

 private:
  torch::nn::Module& module_;
  torch::NoGradGuard no_grad_;
};

/// Visits "parameters/<name>", "buffers/<name>", then for each parameter that was stepped
/// "optimizer/<name>/…": "momentum_buffer" of SGD; "step" (int64 scalar on the CPU), "exp_avg",
/// "exp_avg_sq" and, with AMSGrad, "max_exp_avg_sq" of Adam.
/// @throws ndbench::Error if the optimizer is neither.
NDBENCH_API void visit_training_state(const torch::nn::Module& module,
                                      const torch::optim::Optimizer& optimizer,
                                      const StateVisitor& visit);

}  // namespace ndbench
