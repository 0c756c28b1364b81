#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "ndbench/error.h"

namespace ndbench {

/// One stream of random numbers, the same bits on every machine, backend and instruction set.
///
/// Counter-based (Philox4x32-10, Salmon et al. 2011): the stream is a pure function of (seed,
/// stream), so that what one part of a program draws never shifts what another part draws.
class NDBENCH_API RandomStream {
 public:
  RandomStream(std::uint64_t seed, std::uint64_t stream);

  /// A stream named by text, e.g. the name of a parameter.
  RandomStream(std::uint64_t seed, std::string_view stream);

  ~RandomStream();
  RandomStream(RandomStream&& other) noexcept;
  RandomStream& operator=(RandomStream&& other) noexcept;

  /// Uniform over all 32-bit integers.
  [[nodiscard]] std::uint32_t bits();

  /// Uniform over the 2^52 midpoints (k + 0.5) / 2^52 of (0, 1): never 0, never 1.
  [[nodiscard]] double uniform();

  /// Standard normal, by inversion of the distribution function (Wichura 1988, algorithm AS 241,
  /// relative error below 1e-15), with nothing but IEEE + - * / and sqrt.
  [[nodiscard]] double normal();

  /// Uniform over [0, bound), without bias. @pre bound > 0.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound);

  /// A random order of 0 … size-1 (Fisher and Yates).
  [[nodiscard]] std::vector<std::int64_t> permutation(std::int64_t size);

 private:
  struct Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace ndbench
