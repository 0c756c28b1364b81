#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ndbench/torch.h"

namespace ndbench::operators {

using Tensors = std::vector<at::Tensor>;

/// Draws the inputs of an operation: the same bits on every device.
class Draw {
 public:
  /// `size` is about how many elements the largest input shall have.
  Draw(std::uint64_t seed, std::int64_t size, at::Device device);

  [[nodiscard]] std::int64_t size() const { return size_; }

  /// How many places `size` indices point to: each to some 256 of them.
  [[nodiscard]] std::int64_t places() const;

  /// Edge of a cube in so many dimensions, of which `count` have about `size` elements; 8 at least.
  [[nodiscard]] std::int64_t edge(int dimensions, std::int64_t count) const;

  /// Standard normal float32.
  at::Tensor normal(at::IntArrayRef sizes);

  /// The same, as a leaf that a gradient is taken of.
  at::Tensor leaf(at::IntArrayRef sizes);

  /// Uniform float32 in (0, 1).
  at::Tensor uniform(at::IntArrayRef sizes);

  /// Uniform int64 in [low, high): with duplicates, as far as there are more of them.
  at::Tensor indices(at::IntArrayRef sizes, std::int64_t low, std::int64_t high);

 private:
  std::uint64_t seed_;
  std::int64_t size_;
  at::Device device_;
  std::uint64_t drawn_ = 0;  ///< tensors, each from a stream of its own
};

/// What a step runs.
enum class Pass { kForward, kBackward };

/// One operation of LibTorch.
struct Operation {
  const char* name;
  Pass pass;  ///< kBackward: the forward pass and then the gradients of its leaves
  Tensors (*draw)(Draw& draw);
  at::Tensor (*compute)(const Tensors& inputs);  ///< changes no input
};

/// Families of operations.
[[nodiscard]] std::span<const Operation> indexing();
[[nodiscard]] std::span<const Operation> scattering();
[[nodiscard]] std::span<const Operation> convolutions();
[[nodiscard]] std::span<const Operation> padding();
[[nodiscard]] std::span<const Operation> pooling();
[[nodiscard]] std::span<const Operation> interpolation();
[[nodiscard]] std::span<const Operation> products();
[[nodiscard]] std::span<const Operation> reductions();

/// Those of all families, in this order.
[[nodiscard]] std::vector<Operation> all_operations();

}  // namespace ndbench::operators
