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

  /// Whether it may be taken where only deterministic engines may: said to be, and seen to be.
  [[nodiscard]] bool is_deterministic() const { return engine->is_deterministic() && same == runs; }

  /// "0.00123 s, said to be deterministic, 3 of 3 runs alike"
  [[nodiscard]] std::string text() const;
};

/// Waits for queued runs.
using Synchronize = std::function<void()>;

/// Compares `runs` results of each engine, each written over another pattern of bytes, and times
/// the engines in turn.
[[nodiscard]] std::vector<Trial> try_out(Engines engines, int runs, const Synchronize& synchronize);

/// Those that a mode allows, in their order.
/// @throws ndbench::Unsupported naming all that were tried if none is left.
[[nodiscard]] std::vector<Trial> allowed(std::vector<Trial> trials, bool deterministic_alone);

/// The place of the fastest. @pre there is one.
[[nodiscard]] std::size_t fastest(const std::vector<Trial>& trials);

}  // namespace ndbench::kernels
