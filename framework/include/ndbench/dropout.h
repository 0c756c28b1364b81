#pragma once

#include <cstddef>
#include <cstdint>

#include "ndbench/error.h"
#include "ndbench/torch.h"

namespace ndbench {

/// Random keep-or-drop decisions that are the same bits on every device, backend and thread count.
///
/// Decision number i of call number c is a function of (seed, c, i) alone: a counter hashed by
/// integer arithmetic on the device, without LibTorch's generators, which differ between devices.
class NDBENCH_API KeepMask {
 public:
  void seed(std::uint64_t seed) { seed_ = seed; }

  /// [count] float32 on `device`: 1 / (1 - drop) with probability 1 - drop, else 0.
  [[nodiscard]] at::Tensor draw(std::int64_t count, double drop, const torch::Device& device);

 private:
  std::uint64_t seed_ = 0;
  std::uint64_t calls_ = 0;
};

/// Zeroes each element with probability `drop` while training and scales the others by
/// 1 / (1 - drop) (Srivastava et al. 2014). Seeded by seed_dropout().
class NDBENCH_API DropoutImpl : public torch::nn::Module {
 public:
  explicit DropoutImpl(double rate);
  ~DropoutImpl() override;
  at::Tensor forward(const at::Tensor& input);

  KeepMask mask;
  double drop;
};
TORCH_MODULE(Dropout);

/// Zeroes whole examples of a batch, [N, …], with probability `drop` while training and scales the
/// others by 1 / (1 - drop): stochastic depth of a residual branch (Huang et al. 2016). Seeded by
/// seed_dropout().
class NDBENCH_API StochasticDepthImpl : public torch::nn::Module {
 public:
  explicit StochasticDepthImpl(double rate);
  ~StochasticDepthImpl() override;
  at::Tensor forward(const at::Tensor& input);

  KeepMask mask;
  double drop;
};
TORCH_MODULE(StochasticDepth);

/// Sets the rate of each Dropout and StochasticDepth inside `module` to 0.
NDBENCH_API void disable_dropout(const torch::nn::Module& module);

/// Gives each Dropout and StochasticDepth inside `module` the stream that has its name; in the
/// network of a further shard of the batch another one, which has the shard's number, too.
NDBENCH_API void seed_dropout(const torch::nn::Module& module, std::uint64_t dropout_seed,
                              std::size_t shard = 0);

}  // namespace ndbench
