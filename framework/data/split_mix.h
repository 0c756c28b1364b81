#pragma once

#include <cassert>
#include <cstdint>

namespace ndbench {

/// The finalizer of SplitMix64 (Steele, Lea and Flood 2014): scatters the bits of `z`.
constexpr std::uint64_t mix_bits(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/// What SplitMix64 adds to its state before each output.
inline constexpr std::uint64_t kSplitMixGamma = 0x9e3779b97f4a7c15;

/// One stream of integers that is a function of (seed, stream) alone, the same on every machine:
/// SplitMix64. For data that is made rather than read.
class SplitMix {
 public:
  SplitMix(std::uint64_t seed, std::uint64_t stream) : state_(mix_bits(seed) ^ mix_bits(~stream)) {}

  [[nodiscard]] std::uint64_t next() {
    state_ += kSplitMixGamma;
    return mix_bits(state_);
  }

  /// Over first … last. The bias is below (last - first) / 2^64.
  [[nodiscard]] std::int64_t between(std::int64_t first, std::int64_t last) {
    assert(first <= last);
    const auto count = static_cast<std::uint64_t>(last - first) + 1;
    return first + static_cast<std::int64_t>(next() % count);
  }

 private:
  std::uint64_t state_;
};

}  // namespace ndbench
