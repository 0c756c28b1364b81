#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine.h"

namespace ndbench::kernels {

/// An engine, and what trying it out has told.
struct Trial {
  std::unique_ptr<Engine> engine;
  std::string name;      ///< unlike any other's: "gemm:jit", "gemm:jit.2"
  int runs = 0;          ///< whose results were compared
  int same = 0;          ///< of these, as the first, bit by bit
  double seconds = 0.0;  ///< of a run, the least of several in turn with the other engines
  double error = 0.0;    ///< of the first result: L2 distance from what ATen gives, relative

  /// Whether it may be taken where only deterministic engines may: not marked, and seen to repeat.
  [[nodiscard]] bool is_deterministic() const {
    return !engine->is_marked_nondeterministic() && same == runs;
  }

  /// "0.00123 s, not marked nondeterministic, 3 of 3 runs alike, 2e-07 from ATen"
  [[nodiscard]] std::string text() const;
};

/// Waits for queued runs.
using Synchronize = std::function<void()>;

/// Farther than this from the reference, an engine computes something else: rounding to TF32 or by
/// Winograd's transforms stays below a tenth of it.
inline constexpr double kMostError = 1e-2;

/// Relative L2 distance, in float64.
[[nodiscard]] double relative_error(const at::Tensor& result, const at::Tensor& reference);

/// Compares `runs` results of each engine with each other, each written over another pattern of
/// bytes, and the first with `reference`; times the engines in turn.
[[nodiscard]] std::vector<Trial> try_out(Engines engines, int runs, const at::Tensor& reference,
                                         const Synchronize& synchronize);

/// Those that are right and that a mode allows, in their order.
/// @throws ndbench::Unsupported naming all that were tried if none is left.
[[nodiscard]] std::vector<Trial> allowed(std::vector<Trial> trials, bool deterministic_alone);

/// The place of the fastest. @pre there is one.
[[nodiscard]] std::size_t fastest(const std::vector<Trial>& trials);

}  // namespace ndbench::kernels
