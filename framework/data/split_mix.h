#pragma once

#include <cassert>
#include <cstdint>

namespace ndbench {

/// One stream of integers that is a function of (seed, stream) alone, the same on every machine:
/// SplitMix64 (Steele, Lea and Flood 2014). For data that is made rather than read.
class SplitMix {
 public:
  SplitMix(std::uint64_t seed, std::uint64_t stream) : state_(mix(seed) ^ mix(~stream)) {}

  [[nodiscard]] std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15;
    return mix(state_);
  }

  /// Over first … last. The bias is below (last - first) / 2^64.
  [[nodiscard]] std::int64_t between(std::int64_t first, std::int64_t last) {
    assert(first <= last);
    const auto count = static_cast<std::uint64_t>(last - first) + 1;
    return first + static_cast<std::int64_t>(next() % count);
  }

 private:
  static std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  std::uint64_t state_;
};

}  // namespace ndbench
